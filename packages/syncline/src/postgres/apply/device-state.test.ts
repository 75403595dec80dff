import { expect, test } from 'vitest'
import { advanced, type DeviceState, judgePush, newDevice, REMEMBERED_KEYS } from './device-state.ts'
import type { AcceptedOp, Push } from './writer.ts'

const ana = { id: 'ana' }
const op = (n: number, more: Partial<AcceptedOp> = {}): AcceptedOp => ({
  n,
  key: `key ${n}`,
  model: 'camera',
  id: '1',
  action: 'update',
  ...more,
})
const push = (ops: readonly AcceptedOp[], more: Partial<Push> = {}): Push => ({
  device: 'd',
  user: ana,
  ops,
  ...more,
})
const upTo = (lastOp: number): DeviceState =>
  advanced(
    newDevice('ana'),
    Array.from({ length: lastOp }, (_, index) => op(index + 1)),
  )
const judged = (state: DeviceState, pushed: Push) => judgePush(state, pushed, 10)
const codeOf = (state: DeviceState, pushed: Push) => {
  const verdict = judged(state, pushed)
  return verdict.kind === 'refused' ? verdict.refused.code : verdict.kind
}

test('W2: what is new continues the numbers; what is not is a repeat', () => {
  expect(judged(upTo(2), push([op(1), op(2), op(3), op(4)]))).toEqual({
    kind: 'fresh',
    units: [{ ops: [op(3)] }, { ops: [op(4)] }],
  })
  expect(judged(upTo(2), push([op(1)]))).toEqual({ kind: 'fresh', units: [] })
  expect(judged(newDevice('ana'), push([]))).toEqual({ kind: 'fresh', units: [] })
})

test('W2: a number that is missing or stands in the wrong place is a gap', () => {
  expect(judged(upTo(2), push([op(4)]))).toEqual({ kind: 'gap', expected: 3 })
  expect(judged(upTo(2), push([op(3), op(5)]))).toEqual({ kind: 'gap', expected: 3 })
  expect(judged(upTo(2), push([op(4), op(3)]))).toEqual({ kind: 'gap', expected: 3 })
})

test('W2: another user is refused before anything else is looked at', () => {
  expect(codeOf(upTo(2), push([op(9)], { user: { id: 'ben' }, after: 'x' }))).toBe('device_taken')
})

test('W2: a copy is found by any key that the row remembers, and by no other', () => {
  const state = upTo(100)

  expect(codeOf(state, push([op(101)], { after: 'key 100' }))).toBe('fresh')
  expect(codeOf(state, push([op(101)], { after: 'other' }))).toBe('device_copied')
  expect(codeOf(state, push([op(100, { key: 'other' })]))).toBe('device_copied')
  expect(codeOf(state, push([op(70, { key: 'other' })]))).toBe('device_copied')
  expect(codeOf(state, push([op(70), op(71)], { after: 'other' }))).toBe('device_copied')
  expect(codeOf(state, push([op(70), op(71)], { after: 'key 69' }))).toBe('fresh')
  expect(codeOf(state, push([op(100 - REMEMBERED_KEYS, { key: 'forgotten' })]))).toBe('fresh')
  expect(codeOf(state, push([op(100, { key: undefined })]))).toBe('fresh')
})

test('W2: ops without keys are remembered as such', () => {
  const state = advanced(newDevice('ana'), [op(1, { key: undefined }), op(2, { key: undefined })])

  expect(state).toMatchObject({ lastOp: 2, lastKey: undefined, recentKeys: [] })
  expect(codeOf(state, push([op(1), op(2), op(3)], { after: 'whatever' }))).toBe('fresh')
  const mixed = advanced(state, [op(3), op(4, { key: undefined }), op(5)])
  expect(mixed.recentKeys).toEqual([expect.any(Number), 0, expect.any(Number)])
  expect(codeOf(mixed, push([op(3, { key: 'other' })]))).toBe('device_copied')
  expect(codeOf(mixed, push([op(2, { key: 'other' }), op(4, { key: 'other' })]))).toBe('fresh')
})

test('W3: a push that ends inside a transaction is refused, and changes nothing', () => {
  const whole = [op(1, { tx: 2 }), op(2, { tx: 2 }), op(3), op(4, { tx: 4 })]

  expect(codeOf(newDevice('ana'), push(whole))).toBe('fresh')
  expect(codeOf(newDevice('ana'), push(whole.slice(0, 1)))).toBe('split_transaction')
  expect(codeOf(newDevice('ana'), push([op(1), op(2, { tx: 3 })]))).toBe('split_transaction')
  expect(codeOf(upTo(2), push(whole.slice(0, 1)))).toBe('fresh')
})

test('W3: what is rate limited refuses the push', () => {
  const fault = { code: 'rate_limited', message: 'Later.' }
  expect(codeOf(newDevice('ana'), push([op(1), op(2, { fault })]))).toBe('rate_limited')
})
