/** Day and time as a field of the browser has them, on the reader's own clock, and what is said of those that are none. */

/** What a field holds of which only a part is filled in: a browser tells nothing more of it. */
export const UNFINISHED = '…'

/** Years in which a production can be. */
const FIRST_YEAR = 1970
const LAST_YEAR = 2999

/** The earliest and the latest that a field takes, as it wants them. */
export const EARLIEST = `${FIRST_YEAR}-01-01T00:00`
export const LATEST = `${LAST_YEAR}-12-31T23:59`

/** As the field wants it: the day and time on the reader's clock. */
export function localOf(iso: string | null): string {
  if (iso === null || Number.isNaN(Date.parse(iso))) return ''
  const moment = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  const year = String(moment.getFullYear()).padStart(4, '0')
  const day = `${year}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`
}

/** As it is stored; an empty field is no date. */
export function isoOf(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString()
}

/** Why what is in the field cannot be saved; undefined when it can. */
export function whyNoMoment(local: string): string | undefined {
  if (local === '') return undefined
  if (local === UNFINISHED) {
    return 'A part of the date or the time is missing. Fill it in, or empty the whole field for no date.'
  }
  const year = Number(/^\d+/.exec(local)?.[0])
  const isYear = year >= FIRST_YEAR && year <= LAST_YEAR
  return isYear && !Number.isNaN(Date.parse(local))
    ? undefined
    : `A year lies between ${FIRST_YEAR} and ${LAST_YEAR}, and ${year} does not. Write another.`
}
