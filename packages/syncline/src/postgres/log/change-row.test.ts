import { expect, test } from 'vitest'
import { isoTime } from './change-row.ts'

test.each([
  ['2026-01-02 03:04:05.678901+00', '2026-01-02T03:04:05.678901Z'],
  ['2026-01-02 03:04:05.6+00', '2026-01-02T03:04:05.600000Z'],
  ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05.000000Z'],
])('%s is written %s', (text, iso) => {
  expect(isoTime(text)).toBe(iso)
})
