import { expect, test } from 'vitest'
import { nextNapMs } from './naps.ts'

/** Nap after nap while each of these sockets gets so many bytes per ms. */
function settledMs(sockets: number, bytesPerMs: number): number {
  let ms = 0
  for (let turn = 0; turn < 50; turn++)
    ms = nextNapMs(ms, { ofAll: sockets * bytesPerMs * ms, mostOfOne: bytesPerMs * ms })
  return ms
}

test('sockets that get little are left alone for as long as may be', () => {
  expect(settledMs(100, 1_000)).toBe(8)
})

test('a nap ends before a socket holds more than a little', () => {
  for (const bytesPerMs of [3_000, 10_000, 50_000]) {
    const ms = settledMs(100, bytesPerMs)
    expect(ms).toBeGreaterThan(0)
    expect(bytesPerMs * ms).toBeLessThanOrEqual(16_384)
  }
})

test('a nap ends before all sockets together hold more than a little', () => {
  const ms = settledMs(5_000, 500)

  expect(ms).toBeGreaterThan(0)
  expect(5_000 * 500 * ms).toBeLessThanOrEqual(2 ** 23)
})

test('sockets that get much at a time are read at once', () => {
  let ms = 8
  for (let turn = 0; turn < 10; turn++) ms = nextNapMs(ms, { ofAll: 5_300_000, mostOfOne: 53_000 })

  expect(ms).toBe(0)
})
