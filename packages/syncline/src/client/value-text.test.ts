import { expect, test } from 'vitest'
import { valueText } from './value-text.ts'

test.each([
  ['texts', 'a', 'b'],
  ['bigints', 2n ** 63n, 2n ** 63n + 1n],
  ['a bigint and a number', 1n, 1],
  ['lists', [1n, 2n], [1n, 3n]],
  ['parts of json', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
  ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ['dates', new Date(1), new Date(2)],
])('%s are equal when their texts are', (_, value, other) => {
  const again = structuredClone(value)

  expect(valueText(again)).toBe(valueText(value))
  expect(valueText(other)).not.toBe(valueText(value))
})
