import { expect, test } from 'vitest'
import { KeyedTurns } from './keyed-turns.ts'
import { UnderWay } from './under-way.ts'

test('W2: turns of one key come in order, and those of others do not wait', async () => {
  const turns = new KeyedTurns()
  expect(turns.take('a')).toBeUndefined()
  const order: string[] = []
  const second = turns.take('a')?.then(() => order.push('second'))
  const third = turns.take('a')?.then(() => order.push('third'))
  expect(turns.take('b')).toBeUndefined()
  await Promise.resolve()
  expect(order).toEqual([])
  turns.pass('a')
  await second
  expect(order).toEqual(['second'])
  turns.pass('a')
  await third
  turns.pass('a')
  expect(order).toEqual(['second', 'third'])
  expect(turns.take('a')).toBeUndefined()
})

test('whoever waits for the end of all is told when nothing is under way', async () => {
  const underWay = new UnderWay()
  await underWay.over()
  underWay.begin()
  underWay.begin()
  let isOver = false
  const over = underWay.over().then(() => (isOver = true))
  underWay.end()
  await new Promise(setImmediate)
  expect(isOver).toBe(false)
  underWay.end()
  await over
})
