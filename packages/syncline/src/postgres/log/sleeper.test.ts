import { expect, test } from 'vitest'
import { Sleeper } from './sleeper.ts'

const TIMES = { pollMs: 1_000, pollWithoutNotifyMs: 100 }

/** A sleeper that has looked around, and answers its lock with `granted`. */
function sleeper(tails = 1) {
  const under = new Sleeper('notified', TIMES)
  let nowMs = 0
  const read = (
    wasWoken: boolean,
    options: { granted?: boolean; byTail?: boolean; isWokenAgain?: boolean; atMs?: number } = {},
  ) => {
    nowMs = options.atMs ?? nowMs
    const asked = under.before(wasWoken, nowMs).map(({ name }) => (name as string).replace('syncline ', ''))
    const { granted = true, byTail = false } = options
    const answers = asked.map((name) => [name === 'tails' ? { tails } : { granted, by_tail: byTail }])
    return { asked, restMs: under.after(answers, options.isWokenAgain ?? false) }
  }
  read(true)
  return { under, read }
}

test('before it sleeps it asks for the lock and reads once more; granted, it sleeps until the poll', () => {
  const { read } = sleeper()

  expect(read(false)).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('refused, it reads again in 5 ms, as long as a silent writer is open', () => {
  const { read } = sleeper()

  expect(read(false, { granted: false })).toEqual({ asked: ['lock'], restMs: 5 })
  expect(read(false, { granted: false })).toEqual({ asked: ['lock'], restMs: 5 })
  expect(read(false)).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('while another tail holds the lock, writers notify: it sleeps too, and asks again when it wakes', () => {
  const { read } = sleeper(2)

  expect(read(false, { granted: false, byTail: true })).toEqual({ asked: ['lock'], restMs: 1_000 })
  expect(read(true)).toEqual({ asked: [], restMs: 0 })
  expect(read(false)).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('woken singly it only reads, and keeps the lock', () => {
  const { read } = sleeper()
  read(false)

  expect(read(true)).toEqual({ asked: [], restMs: 1_000 })
  expect(read(true)).toEqual({ asked: [], restMs: 1_000 })
})

test('woken faster than it reads it gives the lock up, so that writers no longer notify', () => {
  const { read } = sleeper()
  read(false)
  for (let count = 0; count < 3; count++) read(true, { isWokenAgain: true })

  expect(read(true)).toEqual({ asked: ['unlock'], restMs: 0 })
  expect(read(false)).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('with other tails about, who may sleep because it held the lock, it tells them', () => {
  const { under, read } = sleeper(2)
  read(false)
  for (let count = 0; count < 3; count++) read(true, { isWokenAgain: true })

  expect(under.hasPeers).toBe(true)
  expect(read(true).asked).toEqual(['unlock and tell'])
})

test('it looks for other tails once per poll interval, however often it is woken', () => {
  const { read } = sleeper()
  read(false)

  expect(read(true, { atMs: 999 }).asked).toEqual([])
  expect(read(true, { atMs: 1_000 }).asked).toEqual(['tails'])
  expect(read(true, { atMs: 1_001 }).asked).toEqual([])
})

test('where nothing notifies it polls and takes no lock; embedded it waits to be woken', () => {
  const polled = new Sleeper('polled', TIMES)
  const embedded = new Sleeper('embedded', TIMES)

  expect([polled.before(false, 0), polled.after([], false), polled.hasPeers]).toEqual([[], 100, true])
  expect([embedded.before(false, 0), embedded.after([], false), embedded.hasPeers]).toEqual([
    [],
    1_000,
    false,
  ])
})
