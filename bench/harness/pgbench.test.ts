import { expect, test } from 'vitest'
import { rateOf } from './pgbench.ts'

const report = (failed: number) => `transaction type: transaction.sql
number of transactions actually processed: 6071
number of failed transactions: ${failed} (0.000%)
latency average = 0.659 ms
initial connection time = 5.7 ms
tps = 3037.415671 (without initial connection time)
`

test('the rate is read from the report', () => {
  expect(rateOf(report(0))).toBe(3037.415671)
})

test('a report with failed transactions is no rate', () => {
  expect(() => rateOf(report(3))).toThrow('3 transactions failed')
})

test('nothing done in time is a rate of zero', () => {
  expect(
    rateOf('number of transactions actually processed: 0\nnumber of failed transactions: 0 (NaN%)\n'),
  ).toBe(0)
})

test('a report without a rate is no rate', () => {
  expect(() => rateOf('pgbench: error')).toThrow('no rate')
})
