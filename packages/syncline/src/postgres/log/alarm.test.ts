import { expect, test } from 'vitest'
import { Alarm } from './alarm.ts'

test('a rest ends when its time is over, or when it is rung for', async () => {
  const alarm = new Alarm()

  await expect(alarm.rest(5)).resolves.toBe(false)
  const resting = alarm.rest(60_000)
  alarm.ring('writer')

  await expect(resting).resolves.toBe(true)
  expect(alarm.rungBy).toBe('writer')
  alarm.close()
})

test('what rang before the rest ends it at once, until it is set', async () => {
  const alarm = new Alarm()
  alarm.ring()

  await expect(alarm.rest(60_000)).resolves.toBe(true)
  alarm.set()

  expect(alarm.isRung).toBe(false)
  await expect(alarm.rest(1)).resolves.toBe(false)
  alarm.close()
})

test('a short rest after a long one that was cut short is short, a long one after a short one is long', async () => {
  const alarm = new Alarm()
  for (const ms of [60_000, 20]) {
    const cut = alarm.rest(ms)
    alarm.ring()
    await cut
    alarm.set()
  }

  await expect(alarm.rest(1)).resolves.toBe(false)
  const begunMs = performance.now()
  const cut = alarm.rest(10)
  alarm.ring()
  await cut
  alarm.set()
  await expect(alarm.rest(100)).resolves.toBe(false)

  expect(performance.now() - begunMs).toBeGreaterThan(95)
  alarm.close()
})
