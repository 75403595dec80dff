import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers, firstUnseen, isVisible, parseSnapshot, position } from './cursor.ts'

const FAR = 2 ** 40

/** Snapshots over few transactions, so that any two of them overlap in interesting ways. */
const snapshots = (base: number) =>
  fc
    .record({
      xmax: fc.integer({ min: 0, max: 12 }),
      running: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 6 }),
    })
    .map(({ xmax, running }) => {
      const open = running
        .filter((xid) => xid < xmax)
        .sort((a, b) => a - b)
        .map((xid) => base + xid)
      return `${open[0] ?? base + xmax}:${base + xmax}:${open.join(',')}`
    })

const seenBy = (snapshot: string, base: number) =>
  new Set(Array.from({ length: 14 }, (_, xid) => base + xid).filter((xid) => isVisible(xid, snapshot)))

test('a snapshot saw what ended before its xmax', () => {
  const snapshot = '10:20:10,14'

  expect([9, 10, 11, 14, 19, 20, 21].filter((xid) => isVisible(xid, snapshot))).toEqual([9, 11, 19])
  expect(position(snapshot)).toBe(18)
  expect(firstUnseen(snapshot)).toBe(10)
  expect(firstUnseen('20:20:')).toBe(20)
})

test('L2: transaction ids beyond 32 bits keep their order', () => {
  const snapshot = `${2 ** 32 - 1}:${2 ** 32 + 2}:${2 ** 32 - 1},${2 ** 32}`

  expect(isVisible(String(2 ** 32 - 2), snapshot)).toBe(true)
  expect(isVisible(String(2 ** 32), snapshot)).toBe(false)
  expect(isVisible(String(2 ** 32 + 1), snapshot)).toBe(true)
  expect(isVisible('1', snapshot)).toBe(true)
})

test.each([0, 2 ** 32 - 6, FAR])('covers is the subset of what was seen, from xid %d on', (base) => {
  fc.assert(
    fc.property(snapshots(base), snapshots(base), (later, earlier) => {
      const seenLater = seenBy(later, base)
      const isSubset = [...seenBy(earlier, base)].every((xid) => seenLater.has(xid))

      expect(covers(later, earlier)).toBe(isSubset)
    }),
    { numRuns: 2_000 },
  )
})

test('the position rises when a transaction ends, and never otherwise falls', () => {
  fc.assert(
    fc.property(snapshots(FAR), snapshots(FAR), (later, earlier) => {
      fc.pre(covers(later, earlier))

      expect(position(later) - position(earlier)).toBe(seenBy(later, FAR).size - seenBy(earlier, FAR).size)
    }),
  )
})

test.each(['', '1:2', '1:2:a', '1:2:3,', '-1:2:', '1:2:3 '])('%j is no snapshot', (text) => {
  expect(() => parseSnapshot(text)).toThrow(TypeError)
})

test('an id that a number cannot hold is refused, not rounded', () => {
  expect(() => parseSnapshot('1:9007199254740993:')).toThrow(RangeError)
})
