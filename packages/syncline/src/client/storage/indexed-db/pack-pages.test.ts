import { expect, test } from 'vitest'
import type { StoreRecord } from '../../store/store-record.ts'
import { packPages, portionsOf } from './pack-pages.ts'

const records = (count: number, note: unknown): StoreRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    model: 'camera',
    version: 1,
    fieldVersions: {},
    fields: { id: `c${at}`, note },
  }))

test('short rows fill pages of 5,000, in their order', () => {
  const all = records(12_001, 'short')

  const portions = [...portionsOf(all)]

  expect(portions.map(({ length }) => length)).toEqual([5_000, 5_000, 2_001])
  expect(portions.flat()).toEqual(all)
})

test.each([
  ['text', 'x'.repeat(10_000)],
  ['lists', Array.from({ length: 1_000 }, () => 'ten letter')],
  ['objects', { deep: { deeper: ['x'.repeat(10_000)] } }],
])('pages of long rows (%s) hold fewer of them, half a million letters at most', async (_kind, note) => {
  const pages = await packPages(records(200, note))

  expect(pages.length).toBeGreaterThan(4)
  expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(500_000)
})

test('a row that is longer than a page has one of its own', () => {
  const [before, long, after] = [records(3, 'short'), records(1, 'x'.repeat(900_000)), records(2, 'short')]

  const portions = [...portionsOf([...before, ...long, ...after])]

  expect(portions).toEqual([before, long, after])
})

test('no rows are no pages', async () => {
  expect(await packPages([])).toEqual([])
})
