import { expect, test } from 'vitest'
import { readStatement, toReadResult } from './tail-reader.ts'

const present = { position: '12:12:', readAt: '1', floor: '0', life: 'a' }
const change = (seq: number | null) => ({
  ...present,
  seq: seq === null ? null : String(seq),
  xid: '11',
  at: '2026-02-12 10:00:00+00',
  room: 'Production:p',
  model: 'camera',
  id: 'c',
  action: 'update',
  fields: `{"zoom":${seq}}`,
  version: 1,
  field_versions: null,
  actor: null,
  source: 'app',
  device: null,
  op: null,
  marks: null,
})

test('L2: after a position with open transactions, what they have written is looked for', () => {
  expect(readStatement('10:12:10', true).name).toBe('syncline read')
  expect(readStatement('12:12:', false).name).toBe('syncline read')
  expect(readStatement('12:12:', true).name).toBe('syncline next')
})

test('L5: changes are handed on in the order in which they were written, in whatever order they are read', () => {
  const result = toReadResult([change(9), change(10), change(8)])

  expect(result?.rows.map(({ fields }) => fields)).toEqual(['{"zoom":8}', '{"zoom":9}', '{"zoom":10}'])
  expect(result?.past?.map(({ seq }) => seq)).toEqual([8, 9, 10])
  expect(result?.position).toBe('12:12:')
})

test('the present alone is no change', () => {
  expect(toReadResult([change(null)])?.rows).toEqual([])
  expect(toReadResult([{ ...change(null), ...present }, change(3)])?.rows).toHaveLength(1)
})
