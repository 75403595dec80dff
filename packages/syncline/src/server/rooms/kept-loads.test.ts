import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Frame } from '../frames/frame.ts'
import { KeptLoads } from './kept-loads.ts'

const LARGE = 200_000
const MOST_BYTES = 1_000_000

const loadOf = (...letters: number[]) => ({
  frames: letters.map((count) => new Frame('x'.repeat(count))),
  cursor: { history: 'h', snapshot: '1:1:', schema: 's' },
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what all loads together hold is bounded: those that were asked for longest ago go', () => {
  const kept = new KeptLoads(MOST_BYTES)
  for (const name of ['a', 'b']) kept.keep(name, loadOf(LARGE / 2, LARGE / 2))
  kept.find('a')

  kept.keep('c', loadOf(LARGE))

  expect(['a', 'b', 'c'].filter((name) => kept.find(name))).toEqual(['a', 'c'])
  expect(kept.bytes).toBe(2 * 2 * LARGE)
})

test('small loads, and those that would be larger than all may be, are not kept', () => {
  const kept = new KeptLoads(MOST_BYTES)

  kept.keep('small', loadOf(1_000))
  kept.keep('huge', loadOf(MOST_BYTES))

  expect([kept.find('small'), kept.find('huge'), kept.bytes]).toEqual([undefined, undefined, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('a load of which nobody has asked for a minute is forgotten', () => {
  const kept = new KeptLoads(MOST_BYTES)
  kept.keep('a', loadOf(LARGE))
  vi.advanceTimersByTime(59_000)
  const before = kept.find('a')
  vi.advanceTimersByTime(59_000)
  const later = kept.find('a')
  vi.advanceTimersByTime(61_000)

  expect(before).toBeDefined()
  expect(later).toBe(before)
  expect(kept.find('a')).toBeUndefined()
  expect(kept.bytes).toBe(0)
})

test('a load of the same room takes the place of the one before', () => {
  const kept = new KeptLoads(MOST_BYTES)
  const newer = loadOf(LARGE)
  kept.keep('a', loadOf(LARGE))
  kept.keep('a', newer)

  expect(kept.find('a')).toBe(newer)
  expect(kept.bytes).toBe(2 * LARGE)
  expect(vi.getTimerCount()).toBe(1)
})

test('what a load takes is counted in bytes: letters beyond Latin take two as text, and two to three as bytes', () => {
  const kept = new KeptLoads(MOST_BYTES)
  kept.keep('latin', { ...loadOf(), frames: [new Frame('é'.repeat(LARGE))] })
  const latin = kept.bytes
  kept.drop('latin')
  kept.keep('kanji', { ...loadOf(), frames: [new Frame('記'.repeat(LARGE / 2))] })

  expect(latin).toBe(LARGE + 2 * LARGE)
  expect(kept.bytes).toBe(LARGE + (LARGE / 2) * 3)
})

test('a load is large from 128 KiB on, as it is sent', () => {
  const kept = new KeptLoads(MOST_BYTES)
  kept.keep('below', { ...loadOf(), frames: [new Frame('x'.repeat(131_071))] })
  kept.keep('long', { ...loadOf(), frames: [new Frame('記'.repeat(43_691))] })

  expect([kept.find('below'), kept.find('long')?.frames.length]).toEqual([undefined, 1])
})
