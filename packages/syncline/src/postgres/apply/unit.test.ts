import { expect, test } from 'vitest'
import { isCall, slicesOf } from './prepare-units.ts'
import { toUnits } from './unit.ts'
import type { AcceptedOp } from './writer.ts'

const op = (n: number, tx?: number, action: AcceptedOp['action'] = 'update'): AcceptedOp => ({
  n,
  model: 'camera',
  id: '1',
  action,
  ...(tx === undefined ? {} : { tx }),
})

const unitsOf = (ops: readonly AcceptedOp[], mostOps = 1_000) => {
  const arranged = toUnits(ops, mostOps)
  if (arranged.units) return arranged.units
  throw new Error(`Op ${arranged.split.n} belongs to a transaction that is not whole.`)
}

/** Each unit as its ops, and the one that refuses it. */
const told = (ops: readonly AcceptedOp[], mostOps?: number) =>
  unitsOf(ops, mostOps).map((unit) => {
    const numbers = unit.ops.map(({ n }) => n).join(' ')
    return unit.cause ? `${numbers}: refused for ${unit.cause.op.n}` : numbers
  })

test('W3: the ops of a transaction are one unit, all others stand alone', () => {
  const units = unitsOf([op(1), op(2, 4), op(3, 4), op(4, 4), op(5, 5), op(6)])

  expect(units.map(({ ops, tx }) => [ops.map(({ n }) => n), tx])).toEqual([
    [[1], undefined],
    [[2, 3, 4], 4],
    [[5], 5],
    [[6], undefined],
  ])
})

test('W3: an op that contradicts its transaction refuses all of it, and the ops around it go on', () => {
  expect(told([op(1), op(2, 1), op(3)])).toEqual(['1', '2: refused for 2', '3'])
  expect(told([op(1, 2), op(2, 2), op(3, 2)])).toEqual(['1 2', '3: refused for 3'])
  expect(told([op(1, 3), op(2), op(3, 3), op(4)])).toEqual(['1 2 3: refused for 2', '4'])
  expect(told([op(1, 3), op(2, 2), op(3, 3)])).toEqual(['1 2 3: refused for 2'])
  expect(told([op(1, 3), op(2, 1), op(3, 3)])).toEqual(['1 2 3: refused for 2'])
  expect(told([op(1, 2), op(2, 3), op(3, 3), op(4)])).toEqual(['1 2 3: refused for 2', '4'])
})

test('W4: a transaction that is torn already, or longer than any push, is not waited for', () => {
  expect(told([op(1, 9), op(2)], 10)).toEqual(['1 2: refused for 2'])
  expect(told([op(1, 11), op(2)], 10)).toEqual(['1: refused for 1', '2'])
  expect(told([op(1, Number.MAX_SAFE_INTEGER)], 10)).toEqual(['1: refused for 1'])
  expect(told([op(1, 3), op(2, 99), op(3, 3)], 10)).toEqual(['1 2 3: refused for 2'])
  expect(toUnits([op(1), op(2, 4), op(3, 4)], 10)).toEqual({ split: op(2, 4) })
})

test('W4: a long queue is cut into slices, never inside a unit; a call stands alone', () => {
  const long = Array.from({ length: 600 }, (_, index) => op(index + 1, index < 300 ? 300 : undefined))
  const calls = [op(1), op(2, undefined, 'call'), op(3), op(4)]

  expect(slicesOf(unitsOf(long)).map((slice) => slice.flatMap(({ ops }) => ops).length)).toEqual([
    300, 256, 44,
  ])
  expect(slicesOf(unitsOf(calls)).map((slice) => [slice.some(isCall), slice.length])).toEqual([
    [false, 1],
    [true, 1],
    [false, 2],
  ])
})
