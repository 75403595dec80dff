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

// Ends of PostgreSQL's ranges, as days since 1970-01-01.
const FIRST_DAY = daysFromCivil(-4713, 11, 24)
const LAST_DATE_DAY = daysFromCivil(5874897, 12, 31)
const LAST_TIMESTAMP_DAY = daysFromCivil(294276, 12, 31)

const isInfinity = (value: string) => value === 'infinity' || value === '-infinity'

/** A day: `2026-02-12`. */
export function checkDate(value: unknown): string | InvalidValue {
  if (typeof value !== 'string') return invalid(value, DATE_REMEDY)
  if (isInfinity(value)) return value
  const parts = DATE.exec(value)
  const day = parts === null ? undefined : dayOf(parts[1], parts[2], parts[3], parts[4] !== undefined)
  if (day === undefined || day < FIRST_DAY || day > LAST_DATE_DAY) return invalid(value, DATE_REMEDY)
  const { text, era } = civilText(day)
  return text + era
}

/** A point in time, in UTC: `2026-02-12T10:00:00.123456+00:00`. */
export function checkTimestamp(value: unknown): string | InvalidValue {
  if (typeof value !== 'string') return invalid(value, TIMESTAMP_REMEDY)
  if (isInfinity(value)) return value
  const parts = TIMESTAMP.exec(value)
  if (parts === null) return invalid(value, TIMESTAMP_REMEDY)
  const day = dayOf(parts[1], parts[2], parts[3], parts[12] !== undefined)
  const second = secondOf(23, parts[4], parts[5], parts[6])
  // PostgreSQL takes offsets up to 15:59:59.
  const offset = secondOf(15, parts[9], parts[10], parts[11])
  if (day === undefined || second === undefined || offset === undefined)
    return invalid(value, TIMESTAMP_REMEDY)
  const inUtc = parts[8] === '-' ? second + offset : second - offset
  const utcDay = day + Math.floor(inUtc / 86_400)
  if (utcDay < FIRST_DAY || utcDay > LAST_TIMESTAMP_DAY) return invalid(value, TIMESTAMP_REMEDY)
  return timestampText(utcDay, inUtc - Math.floor(inUtc / 86_400) * 86_400, parts[7])
}

function dayOf(yearText = '', monthText = '', dayText = '', beforeChrist: boolean): number | undefined {
  const year = Number(yearText)
  const month = Number(monthText)
  const day = Number(dayText)
  if (year === 0 || month < 1 || month > 12 || day < 1) return undefined
  const astronomical = beforeChrist ? 1 - year : year
  const first = daysFromCivil(astronomical, month, 1)
  const isInMonth = first + day <= daysFromCivil(astronomical, month + 1, 1)
  return isInMonth ? first + day - 1 : undefined
}

function secondOf(mostHours: number, hours = '0', minutes = '0', seconds = '0'): number | undefined {
  if (Number(hours) > mostHours || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function timestampText(day: number, second: number, fraction = ''): string {
  const { text, era } = civilText(day)
  const shown = fraction.replace(/0+$/, '')
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
  return `${text}T${time}${shown === '' ? '' : `.${shown}`}+00:00${era}`
}

const two = (number: number) => (number < 10 ? `0${number}` : `${number}`)

// Days from and to the proleptic Gregorian calendar, after Howard Hinnant's "chrono-compatible low-level date
// algorithms": years begin in March, so that the leap day is the last of its year; month 13 is the
// January that follows. JavaScript's Date ends at 275760.
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function civilText(days: number): { readonly text: string; readonly era: '' | ' BC' } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const text = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(month)}-${two(day)}`
  return { text, era: year > 0 ? '' : ' BC' }
}
