import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PreparedOp } from './prepare-op.ts'
import { type GroupOp, type Run, toRuns } from './runs.ts'
import type { AcceptedOp } from './writer.ts'

let made = 0
const groupOp = (key: string, name: string, id = `record ${made++}`): GroupOp => ({
  prepared: { key, op: { id, name } as AcceptedOp } as PreparedOp,
  author: { userId: 'ana' },
  options: { place: 0 },
})
const nameOf = ({ prepared }: GroupOp) => prepared.op.name ?? ''
const briefOf = ({ key, ops, isSet }: Run) => [key, ops.map(nameOf).join(' '), isSet]

test('one run per shape when nobody needs more', () => {
  const runs = toRuns(
    [
      [groupOp('a', 'a1'), groupOp('b', 'b1')],
      [groupOp('b', 'b2')],
      [groupOp('a', 'a2'), groupOp('a', 'a3')],
    ],
    (key) => (key === 'a' ? 'logged' : 'none'),
  )

  expect(runs.map(briefOf)).toEqual([
    ['a', 'a1 a2 a3', true],
    ['b', 'b1 b2', false],
  ])
})

test('an author that goes back to a shape gets another run of it', () => {
  const runs = toRuns([[groupOp('a', '1'), groupOp('b', '2'), groupOp('a', '3')]], () => 'logged')

  expect(runs.map(({ key }) => key)).toEqual(['a', 'b', 'a'])
})

test('a record that is written again goes to a run that takes its ops one by one', () => {
  const runs = toRuns(
    [[groupOp('a', '1', 'x'), groupOp('a', '2', 'x'), groupOp('a', '3', 'x')], [groupOp('a', '4', 'y')]],
    () => 'logged',
  )

  expect(runs.map(briefOf)).toEqual([
    ['a', '1 4', true],
    ['a', '2 3', false],
  ])
})

test('records that others write too make a second set', () => {
  const runs = toRuns(
    [
      [groupOp('a', '1', 'x'), groupOp('a', '2', 'y')],
      [groupOp('a', '3', 'x'), groupOp('a', '4', 'y')],
    ],
    () => 'logged',
  )

  expect(runs.map(briefOf)).toEqual([
    ['a', '1 2', true],
    ['a', '3 4', true],
  ])
})

test('a run that takes its ops one by one takes no others than it must', () => {
  const full = Array.from({ length: 63 }, () => [groupOp('a', 'before')])
  const runs = toRuns(
    [
      [groupOp('a', '1', 'x'), groupOp('a', '2', 'x'), groupOp('a', '3', 'x')],
      ...full,
      [groupOp('a', '4')],
      [groupOp('a', '5', 'x')],
    ],
    () => 'triggered',
  )

  expect(runs.slice(1).map(briefOf)).toEqual([
    ['a', '2 3 5', false],
    ['a', '4', true],
  ])
})

test('W2: every op runs once, the ops of an author in their order, and no set holds a record twice (property)', () => {
  const authors = fc.array(
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z')), { maxLength: 12 }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(authors, (shapes) => {
      const lists = shapes.map((ops, author) =>
        ops.map(([key, id], index) => groupOp(key, `${author}:${index}`, id)),
      )

      const runs = toRuns(lists, (key) => (key === 'c' ? 'none' : 'triggered'))

      const order = runs.flatMap(({ ops }) => ops).map(nameOf)
      expect(order.toSorted()).toEqual(lists.flat().map(nameOf).toSorted())
      lists.forEach((list, author) => {
        const own = order.filter((name) => name.startsWith(`${author}:`))
        expect(own).toEqual(list.map(nameOf))
      })
      for (const { ops } of runs.filter(({ isSet }) => isSet)) {
        expect(new Set(ops.map(({ prepared }) => prepared.op.id)).size).toBe(ops.length)
      }
    }),
  )
})

test('keyed and conditional writes stay out of sets, and keep nothing else out of them', () => {
  const keyed: GroupOp = { ...groupOp('a', 'k'), options: { place: 0, idempotencyKey: 'once' } }
  const conditional: GroupOp = { ...groupOp('a', 'v'), options: { place: 0, ifVersion: 3 } }
  const runs = toRuns([[keyed], [groupOp('a', '1')], [conditional], [groupOp('a', '2')]], () => 'logged')

  expect(runs.map(briefOf)).toEqual([
    ['a', 'k v', false],
    ['a', '1 2', true],
  ])
})
