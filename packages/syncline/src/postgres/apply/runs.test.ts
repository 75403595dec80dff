import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PreparedOp } from './prepare-op.ts'
import { type GroupOp, toRuns } from './runs.ts'

const groupOp = (key: string, payload: string): GroupOp => ({ prepared: { key } as PreparedOp, payload })

test('one run per shape when nobody needs more', () => {
  const runs = toRuns([
    [groupOp('a', 'a1'), groupOp('b', 'b1')],
    [groupOp('b', 'b2')],
    [groupOp('a', 'a2'), groupOp('a', 'a3')],
  ])

  expect(runs).toEqual([
    { key: 'a', payloads: ['a1', 'a2', 'a3'] },
    { key: 'b', payloads: ['b1', 'b2'] },
  ])
})

test('an author that goes back to a shape gets another run of it', () => {
  expect(toRuns([[groupOp('a', '1'), groupOp('b', '2'), groupOp('a', '3')]]).map(({ key }) => key)).toEqual([
    'a',
    'b',
    'a',
  ])
})

test('W2: every op runs once, and the ops of an author in their order (property)', () => {
  const authors = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }), { maxLength: 8 })
  fc.assert(
    fc.property(authors, (shapes) => {
      const lists = shapes.map((keys, author) => keys.map((key, index) => groupOp(key, `${author}:${index}`)))

      const order = toRuns(lists).flatMap(({ payloads }) => payloads)

      expect(order.toSorted()).toEqual(
        lists
          .flat()
          .map(({ payload }) => payload)
          .toSorted(),
      )
      lists.forEach((list, author) => {
        const own = order.filter((payload) => payload.startsWith(`${author}:`))
        expect(own).toEqual(list.map(({ payload }) => payload))
      })
    }),
  )
})
