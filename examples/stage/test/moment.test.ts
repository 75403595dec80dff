/** Which days and times a field of the browser can hand over, and what is said of those that are none. */
import { expect, test } from 'vitest'
import { isoOf, localOf, UNFINISHED, whyNoMoment } from '../src/fields/moment.ts'

test('a moment goes into the field and comes back the same; an empty field is no date', () => {
  const iso = new Date(2027, 1, 6, 19, 30).toISOString()

  expect(localOf(iso)).toBe('2027-02-06T19:30')
  expect(isoOf(localOf(iso))).toBe(iso)
  expect(localOf(null)).toBe('')
  expect(isoOf('')).toBe(null)
  expect(localOf(new Date(-55_789_000_000_000).toISOString())).toMatch(/^0202-/)
})

test('what is unfinished or in a year of five digits is refused with what to do', () => {
  expect(whyNoMoment('')).toBe(undefined)
  expect(whyNoMoment('2027-02-06T19:30')).toBe(undefined)
  expect(whyNoMoment(UNFINISHED)).toMatch(/is missing\. Fill it in/)
  expect(whyNoMoment('12027-02-06T19:30')).toMatch(/1970 and 2999, and 12027 does not/)
  expect(whyNoMoment('0202-02-06T19:30')).toMatch(/and 202 does not/)
})
