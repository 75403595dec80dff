/** Dates as the reader's own language writes them. */

const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** "Fri, 18 June 2027, 19:30"; for a production without a date it says so. */
export function formatStart(startsAt: string | null): string {
  if (startsAt === null) return 'No date yet'
  const start = new Date(startsAt)
  return Number.isNaN(start.getTime()) ? startsAt : `${day.format(start)}, ${time.format(start)}`
}
