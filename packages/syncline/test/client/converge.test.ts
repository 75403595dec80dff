import { expect, test } from 'vitest'
import { playHistory } from './history.ts'

const HISTORIES = 500
const STEPS = 60

test(`C1: ${HISTORIES} histories of 5 clients end with every client equal to the database`, async () => {
  const first = Number(process.env['SYNCLINE_SEED'] ?? 1)
  const count = process.env['SYNCLINE_SEED'] === undefined ? HISTORIES : 1

  for (let seed = first; seed < first + count; seed++) await playHistory({ seed, steps: STEPS })
}, 600_000)

test('a seed repeats its history to the letter', async () => {
  const first = await playHistory({ seed: 7, steps: STEPS })

  expect(await playHistory({ seed: 7, steps: STEPS })).toBe(first)
  expect(await playHistory({ seed: 8, steps: STEPS })).not.toBe(first)
})
