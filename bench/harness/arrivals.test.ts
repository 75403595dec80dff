import { expect, test } from 'vitest'
import { Arrivals } from './arrivals.ts'

/** Reads of 10 bytes each, at these times. */
function readAt(timesMs: readonly number[]): Arrivals {
  let time = 0
  const arrivals = new Arrivals(() => time)
  arrivals.begin()
  for (time of timesMs) arrivals.note(10)
  return arrivals
}

const everyMs = (from: number, until: number, perMs: number) =>
  Array.from({ length: (until - from) * perMs }, (_, index) => from + (index + 1) / perMs)

test('a rate is that of the time it is asked for', () => {
  const arrivals = readAt([...everyMs(0, 100, 64), ...everyMs(100, 300, 128), ...everyMs(300, 400, 64)])

  expect(arrivals.rate(0, 100)).toBeCloseTo(640)
  expect(arrivals.rate(150, 250)).toBeCloseTo(1_280)
  expect(arrivals.rate(310.5, 380.25)).toBeCloseTo(640)
})

test('what comes after a pause is not counted before it', () => {
  const arrivals = readAt([...everyMs(0, 100, 64), ...everyMs(200, 300, 64)])

  expect(arrivals.rate(0, 200)).toBeCloseTo(320, -1)
  expect(arrivals.rate(210, 290)).toBeCloseTo(640)
})

test('nothing comes after the last', () => {
  expect(readAt(everyMs(0, 100, 64)).rate(50, 150)).toBeCloseTo(320)
})

test('what came before it began does not count', () => {
  let time = 0
  const arrivals = new Arrivals(() => time)
  arrivals.begin()
  for (time of everyMs(0, 100, 64)) arrivals.note(10)
  arrivals.begin()
  for (time of everyMs(100, 200, 64)) arrivals.note(10)

  expect(arrivals.rate(0, 100)).toBeCloseTo(640)
})
