import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedRows } from './sorted-rows.ts'

const byRank = (a: { id: string; rank?: unknown }, b: { id: string; rank?: unknown }) =>
  Number(a.rank) - Number(b.rank) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

test('whatever is inserted, removed and replaced, the rows are those of a sorted array', () => {
  const step = fc.record({
    kind: fc.constantFrom('put', 'put', 'remove'),
    id: fc.integer({ min: 0, max: 3_000 }),
    rank: fc.nat(50),
  })
  fc.assert(
    fc.property(fc.nat(2_500), fc.array(step, { maxLength: 400 }), fc.nat(3_000), (count, steps, limit) => {
      const known = new Map(
        Array.from({ length: count }, (_, at) => [`r${at}`, { id: `r${at}`, rank: (at * 7) % 50 }]),
      )
      const sorted = new SortedRows([...known.values()], byRank)
      for (const { kind, id, rank } of steps) {
        const before = known.get(`r${id}`)
        const after = { id: `r${id}`, rank }
        if (kind === 'remove') {
          sorted.remove(before ?? after)
          known.delete(`r${id}`)
        } else {
          if (before) sorted.replace(before, after)
          else sorted.insert(after)
          known.set(`r${id}`, after)
        }
      }
      const expected = [...known.values()].sort(byRank)

      expect(sorted.take()).toHaveLength(expected.length)
      expect(sorted.take()).toEqual(expected)
      expect(sorted.take(limit)).toEqual(expected.slice(0, limit))
    }),
    { numRuns: 60 },
  )
})

test('with a limit, the first rows are those of a sorted array, until too many of them have gone', () => {
  const step = fc.record({
    kind: fc.constantFrom('put', 'remove', 'remove first'),
    id: fc.integer({ min: 0, max: 3_000 }),
    rank: fc.nat(50),
  })
  let short = 0
  fc.assert(
    fc.property(fc.integer({ min: 400, max: 2_500 }), fc.nat(20), fc.array(step), (count, limit, steps) => {
      const known = new Map(
        Array.from({ length: count }, (_, at) => [`r${at}`, { id: `r${at}`, rank: (at * 7) % 50 }]),
      )
      const sorted = new SortedRows([...known.values()], byRank, limit)
      const remove = (row: { id: string; rank: number }) => {
        sorted.remove(row)
        known.delete(row.id)
      }
      for (const { kind, id, rank } of steps) {
        const before = known.get(`r${id}`)
        const after = { id: `r${id}`, rank }
        if (kind === 'remove first')
          for (const row of [...known.values()].sort(byRank).slice(0, id)) remove(row)
        else if (kind === 'remove') remove(before ?? after)
        else {
          if (before) sorted.replace(before, after)
          else sorted.insert(after)
          known.set(after.id, after)
        }
      }

      if (sorted.isShort(limit)) short++
      else expect(sorted.take(limit)).toEqual([...known.values()].sort(byRank).slice(0, limit))
    }),
    { numRuns: 60 },
  )
  expect(short).toBeGreaterThan(0)
  expect(short).toBeLessThan(60)
})
