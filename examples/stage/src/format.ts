/** Dates and times as the reader's own language writes them. */

const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

/** "Fri, 18 Jun 2027, 19:30"; for a production without a date it says so. */
export function formatStart(startsAt: string | null): string {
  if (startsAt === null) return 'No date yet'
  const start = new Date(startsAt)
  return Number.isNaN(start.getTime()) ? startsAt : `${day.format(start)}, ${time.format(start)}`
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** "now", "4 min", "3 h", "2 d", then the day. Clocks of server and device may differ: the future is now. */
export function formatAge(at: string, now: number): string {
  const then = Date.parse(at)
  const age = now - then
  if (age < MINUTE_MS) return 'now'
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h`
  return age < 14 * DAY_MS ? `${Math.floor(age / DAY_MS)} d` : shortDay.format(then)
}

/** A point in time in full, for those who ask. */
export function formatMoment(at: string): string {
  const moment = new Date(at)
  return `${day.format(moment)}, ${time.format(moment)}`
}

/** `rtl` for a text that begins in a script that is written from right to left. */
export function directionOf(text: string): 'rtl' | undefined {
  const [first = ''] = /\p{L}/u.exec(text) ?? []
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u.test(first)
    ? 'rtl'
    : undefined
}

/** A word inside a sentence: "camera", but "CCU". */
export function inSentence(word: string): string {
  return /^[A-Z]{2}/.test(word) ? word : word.charAt(0).toLowerCase() + word.slice(1)
}

/** "a camera", "an LED screen". */
export function withArticle(word: string): string {
  return `${/^([aeio]|LED)/i.test(word) ? 'an' : 'a'} ${inSentence(word)}`
}
