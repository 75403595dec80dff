import { expect, test } from 'vitest'
import { applyOperator } from './apply-operator.ts'

test.each([
  [5, { $inc: 3 }, 8],
  [null, { $inc: 3 }, 3],
  [9_007_199_254_740_993n, { $inc: 1n }, 9_007_199_254_740_994n],
  ['9007199254740993', { $inc: '-1' }, '9007199254740992'],
  ['10.50', { $inc: '0.005' }, '10.505'],
  ['-0.5', { $inc: '0.25' }, '-0.25'],
  ['0.1', { $inc: '-0.1' }, '0.0'],
  ['NaN', { $inc: '1' }, 'NaN'],
  [['a', 'b'], { $add: ['c', 'a'], $remove: ['b'] }, ['a', 'c']],
  [null, { $add: ['a'] }, ['a']],
])('%s with %o is %s', (value, operator, expected) => {
  expect(applyOperator(value, operator)).toEqual(expected)
})
