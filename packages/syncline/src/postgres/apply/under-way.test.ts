import { expect, test } from 'vitest'
import { UnderWay } from './under-way.ts'

test('whoever waits for the end of all is told when nothing is under way', async () => {
  const underWay = new UnderWay()
  await underWay.over()
  underWay.begin()
  underWay.begin()
  let isOver = false
  const over = underWay.over().then(() => (isOver = true))

  underWay.end()
  await new Promise(setImmediate)
  const before = isOver
  underWay.end()
  await over

  expect([before, isOver]).toEqual([false, true])
})
