/** Words for dates, as the reader's own language writes them, for numbers and for choices. */

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })

/** `12 Oct 2026`; `Oct 12, 2026` in the United States. */
export function formatDay(iso: string): string {
  return day.format(new Date(iso))
}

/** `1 member`, `4 members` */
export function countMembers(count: number): string {
  return count === 1 ? '1 member' : `${count} members`
}

/** `Team` */
export function titled(choice: string): string {
  return choice.charAt(0).toUpperCase() + choice.slice(1)
}
