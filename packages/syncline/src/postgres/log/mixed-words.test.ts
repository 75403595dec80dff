import { expect, test } from 'vitest'
import { MixedWords } from './mixed-words.ts'

function digest(...blocks: readonly [number, number, number, number][]): string {
  const words = new MixedWords()
  words.begin()
  for (const block of blocks) words.add(...block)
  return words.end()
}

test('the digest is MurmurHash3 of 128 bits in words of 32', () => {
  expect(digest()).toBe('00000000000000000000000000000000')
  expect(digest([0, 0, 0, 0])).toBe('5a4075d66b2d3d27d3926c2feb228a07')
  expect(digest([1, 2, 3, 4], [-1, 5, 6, 1 << 31])).toBe('5e70f090b1c06090ce0e737a506cadd7')
})

test('every bit of every word counts, and so does their order', () => {
  const seen = new Set<string>()
  for (let bit = 0; bit < 32; bit++) {
    for (let other = 0; other < 32; other++) {
      seen.add(digest([1 << bit, 0, 0, 0], [0, 0, 0, 1 << other]))
      seen.add(digest([0, 0, 0, 1 << bit], [1 << other, 0, 0, 0]))
    }
  }

  expect(seen.size).toBe(2 * 32 * 32)
})

test('a digest does not depend on the one before it, and half of it is its beginning', () => {
  const words = new MixedWords()
  const halves: (readonly [number, number])[] = []
  for (let turn = 0; turn < 2; turn++) {
    words.begin()
    words.addText('2026-01-01 00:00:00.5+00')
    halves.push(words.endHalf())
  }
  words.begin()
  words.addText('2026-01-01 00:00:00.5+00')
  const whole = words.end()

  expect(halves[0]).toEqual(halves[1])
  expect(Number.parseInt(whole.slice(0, 8), 16) | 0).toBe(halves[0]?.[0])
  expect(Number.parseInt(whole.slice(8, 16), 16) | 0).toBe(halves[0]?.[1])
})
