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

test('W3: the ops of a transaction are one unit, all others stand alone', () => {
  const units = toUnits([op(1), op(2, 4), op(3, 4), op(4, 4), op(5, 5), op(6)])

  expect(units.map(({ ops, tx }) => [ops.map(({ n }) => n), tx])).toEqual([
    [[1], undefined],
    [[2, 3, 4], 4],
    [[5], 5],
    [[6], undefined],
  ])
})

test('W4: a long queue is cut into slices, never inside a unit; a call stands alone', () => {
  const long = Array.from({ length: 600 }, (_, index) => op(index + 1, index < 300 ? 300 : undefined))
  const calls = [op(1), op(2, undefined, 'call'), op(3), op(4)]

  expect(slicesOf(toUnits(long)).map((slice) => slice.flatMap(({ ops }) => ops).length)).toEqual([
    300, 256, 44,
  ])
  expect(slicesOf(toUnits(calls)).map((slice) => [slice.some(isCall), slice.length])).toEqual([
    [false, 1],
    [true, 1],
    [false, 2],
  ])
})
