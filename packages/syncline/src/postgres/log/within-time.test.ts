import { expect, test } from 'vitest'
import { Patience, withinTime } from './within-time.ts'

const never = new Promise<never>(() => {})

test('an answer in time is the answer, a failure the failure', async () => {
  const failing = Promise.reject(new Error('no'))

  await expect(withinTime(Promise.resolve(1), 1_000)).resolves.toBe(1)
  await expect(withinTime(failing, 1_000)).rejects.toThrow('no')
})

test('work without an answer is given up, and what becomes of it is no error', async () => {
  let fail: (error: Error) => void = () => {}
  const work = new Promise<never>((_, reject) => (fail = reject))

  await expect(withinTime(never, 1)).rejects.toThrow('did not answer within 1 ms')
  await expect(withinTime(work, 1)).rejects.toThrow('did not answer within 1 ms')
  fail(new Error('too late'))
})

test('patience is for one work after the other, and each has all the time', async () => {
  const patience = new Patience(400)
  const later = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms))

  await expect(patience.await(Promise.resolve(1))).resolves.toBe(1)
  await expect(patience.await(later(250))).resolves.toBe(250)
  // Beyond the time of the first one.
  await expect(patience.await(later(251))).resolves.toBe(251)
  await expect(patience.await(Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(patience.await(never)).rejects.toThrow('did not answer within 400 ms')
  await expect(patience.await(never)).rejects.toThrow('did not answer within 400 ms')
})
