/**
 * Checks of dates and timestamps: any ISO spelling in, PostgreSQL's own spelling out.
 *
 * Canonical is what `to_jsonb` gives in UTC: `2026-02-12T10:00:00.1234+00:00`, no trailing zeros in the fraction,
 * years before 1 as `0044-03-15T00:00:00+00:00 BC`. So a value compares equal before and after its round trip.
 */
import { type InvalidValue, invalid } from './invalid-value.ts'

const DATE = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/
const TIMESTAMP =
  /^(\d{4,6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)( BC)?$/

const DATE_REMEDY = 'Write a day of the calendar as "2026-02-12", or "infinity" or "-infinity".'
const TIMESTAMP_REMEDY =
  'Write ISO text with an offset and at most microseconds, "2026-02-12T10:00:00.123456Z" (a Date has toISOString()), or "infinity" or "-infinity".'

// Ends of PostgreSQL's ranges; both begin with the first day of Julian dates, 4714-11-24 BC.
const LAST_DATE_YEAR = 5_874_897
const LAST_TIMESTAMP_YEAR = 294_276

const isInfinity = (value: string) => value === 'infinity' || value === '-infinity'

/** A day: `2026-02-12`. */
export function checkDate(value: unknown): string | InvalidValue {
  if (typeof value !== 'string') return invalid(value, DATE_REMEDY)
  if (isInfinity(value)) return value
  const parts = DATE.exec(value)
  const moment = parts && momentOf(parts, parts[4], 0, LAST_DATE_YEAR)
  return moment ? moment[0] + moment[2] : invalid(value, DATE_REMEDY)
}

/** A point in time, in UTC: `2026-02-12T10:00:00.123456+00:00`. */
export function checkTimestamp(value: unknown): string | InvalidValue {
  if (typeof value !== 'string') return invalid(value, TIMESTAMP_REMEDY)
  if (isInfinity(value)) return value
  const parts = TIMESTAMP.exec(value)
  const [, , , , hours, minutes, seconds, fraction = '', sign, ...offsets] = parts ?? []
  const second = secondOf(23, hours, minutes, seconds)
  // PostgreSQL takes offsets up to 15:59:59.
  const offset = secondOf(15, ...offsets)
  if (!parts || second === undefined || offset === undefined) return invalid(value, TIMESTAMP_REMEDY)
  const inUtc = sign === '-' ? second + offset : second - offset
  const moment = momentOf(parts, parts[12], inUtc, LAST_TIMESTAMP_YEAR)
  if (!moment) return invalid(value, TIMESTAMP_REMEDY)
  const [day, time, era] = moment
  const shown = fraction.replace(/0+$/, '')
  return `${day}${time}${shown && `.${shown}`}+00:00${era}`
}

function secondOf(mostHours: number, hours = '0', minutes = '0', seconds = '0'): number | undefined {
  if (Number(hours) > mostHours || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** A moment as text: `2026-02-12`, `T10:00:00`, and what follows a year before Christ. */
type Moment = readonly [day: string, time: string, era: '' | ' BC']

/**
 * Some seconds after the beginning of a day; nothing for a day that no calendar has, or outside of the range.
 * The calendar repeats after 400 years, so that Date, which ends at 275760, counts in those from 2000 on.
 */
function momentOf(
  parts: RegExpExecArray,
  beforeChrist: string | undefined,
  seconds: number,
  lastYear: number,
): Moment | undefined {
  const [, written = 0, month = 0, day = 0] = parts.map(Number)
  const year = beforeChrist ? 1 - written : written
  const cycle = Math.floor(year / 400) * 400 - 2000
  const date = new Date(Date.UTC(year - cycle, month - 1, day))
  // A day too many is one of the next month.
  if (written === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const text = new Date(date.getTime() + seconds * 1000).toISOString()
  const inUtc = Number(text.slice(0, 4)) + cycle
  const rest = text.slice(4, 10)
  if (inUtc > lastYear || inUtc < -4713 || (inUtc === -4713 && rest < '-11-24')) return undefined
  const shown = String(inUtc > 0 ? inUtc : 1 - inUtc).padStart(4, '0')
  return [shown + rest, text.slice(10, 19), inUtc > 0 ? '' : ' BC']
}
