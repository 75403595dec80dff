import { expect, test } from 'vitest'
import { KeyedTurns } from './keyed-turns.ts'

test('W2: turns of one key come in order, and those of others do not wait', async () => {
  const turns = new KeyedTurns()
  const order: string[] = []
  const first = turns.take('a')
  const second = turns.take('a')?.then(() => order.push('second'))
  const third = turns.take('a')?.then(() => order.push('third'))

  const other = turns.take('b')
  await Promise.resolve()
  const before = [...order]
  turns.pass('a')
  await second
  const between = [...order]
  turns.pass('a')
  await third
  turns.pass('a')

  expect([first, other]).toEqual([undefined, undefined])
  expect([before, between, order]).toEqual([[], ['second'], ['second', 'third']])
  expect(turns.take('a')).toBeUndefined()
})
