import { expect, test } from 'vitest'
import { Sleeper, type WokenBy } from './sleeper.ts'

const TIMES = { pollMs: 1_000, pollWithoutNotifyMs: 100 }

/** A sleeper that has looked around, and answers its lock with `granted`. */
function sleeper(tails = 1) {
  const under = new Sleeper('notified', TIMES)
  let nowMs = 0
  const read = (
    wokenBy: WokenBy,
    options: {
      granted?: boolean
      byTail?: boolean
      isWokenAgain?: boolean
      atMs?: number
      hasFound?: boolean
    } = {},
  ) => {
    nowMs = options.atMs ?? nowMs
    const asked = under.before(wokenBy, nowMs).map(({ name }) => (name as string).replace('syncline ', ''))
    const { granted = true, byTail = false } = options
    const answers = asked.map((name) => [name === 'tails' ? { tails } : { granted, by_tail: byTail }])
    const { isWokenAgain = false, hasFound = true } = options
    return { asked, restMs: under.after(answers, isWokenAgain, hasFound) }
  }
  read('self')
  return { under, read }
}

test('before it sleeps it asks for the lock and reads once more; granted, it sleeps until the poll', () => {
  const { read } = sleeper()

  expect(read('pause')).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('refused, it reads again in 5 ms, as long as a silent writer is open', () => {
  const { read } = sleeper()

  expect(read('pause', { granted: false })).toEqual({ asked: ['lock'], restMs: 5 })
  expect(read('pause', { granted: false })).toEqual({ asked: ['lock'], restMs: 5 })
  expect(read('pause')).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('while another tail holds the lock, writers notify: it sleeps too, and asks again when it wakes', () => {
  const { read } = sleeper(2)

  expect(read('pause', { granted: false, byTail: true })).toEqual({ asked: ['lock'], restMs: 1_000 })
  expect(read('writer')).toEqual({ asked: [], restMs: 0 })
  expect(read('pause')).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('woken singly it only reads, and keeps the lock', () => {
  const { read } = sleeper()
  read('pause')

  expect(read('writer')).toEqual({ asked: [], restMs: 1_000 })
  expect(read('writer')).toEqual({ asked: [], restMs: 1_000 })
})

test('woken faster than it reads it gives the lock up, so that writers no longer notify', () => {
  const { read } = sleeper()
  read('pause')
  for (let count = 0; count < 3; count++) read('writer', { isWokenAgain: true })

  expect(read('writer')).toEqual({ asked: ['unlock'], restMs: 5 })
  expect(read('pause')).toEqual({ asked: [], restMs: 5 })
})

/** Notified so often, each 2 ms after the one before. */
const notified = ({ read }: ReturnType<typeof sleeper>, times: number, everyMs = 2) =>
  Array.from({ length: times }, (_, at) => read('writer', { atMs: 100 + at * everyMs }).asked.join())

test('notified fast for a while it gathers: it gives the lock up and reads every 5 ms, until several find nothing', () => {
  const made = sleeper()
  const { under, read } = made
  read('pause')

  expect(notified(made, 11)).toEqual([...Array.from({ length: 10 }, () => ''), 'unlock'])
  expect(under.isGathering).toBe(true)
  expect(read('pause')).toEqual({ asked: [], restMs: 5 })
  expect(read('self')).toEqual({ asked: [], restMs: 5 })
  for (let empty = 0; empty < 3; empty++)
    expect(read('pause', { hasFound: false })).toEqual({ asked: [], restMs: 5 })
  expect(read('pause', { hasFound: true })).toEqual({ asked: [], restMs: 5 })
  for (let empty = 0; empty < 3; empty++)
    expect(read('pause', { hasFound: false })).toEqual({ asked: [], restMs: 5 })
  expect(read('pause', { hasFound: false })).toEqual({ asked: [], restMs: 0 })
  expect(under.isGathering).toBe(false)
  expect(read('pause')).toEqual({ asked: ['lock'], restMs: 1_000 })
})

test('what it was notified of while another tail held the lock is no reason to give its own up', () => {
  const made = sleeper(2)
  const { read } = made
  read('pause', { granted: false, byTail: true })
  notified(made, 20)

  expect(read('pause', { atMs: 500 })).toEqual({ asked: ['lock'], restMs: 1_000 })
  expect(read('self', { atMs: 501 })).toEqual({ asked: [], restMs: 1_000 })
})

test('notified now and then, or woken by its own process, it keeps the lock', () => {
  const slow = sleeper()
  slow.read('pause')
  const own = sleeper()
  own.read('pause')

  expect(notified(slow, 50, 3).join('')).toBe('')
  for (let count = 0; count < 50; count++) expect(own.read('self', { atMs: 100 + count }).asked).toEqual([])
})

test('with other tails about, who may sleep because it held the lock, it tells them', () => {
  const { under, read } = sleeper(2)
  read('pause')
  for (let count = 0; count < 3; count++) read('writer', { isWokenAgain: true })

  expect(under.hasPeers).toBe(true)
  expect(read('writer').asked).toEqual(['unlock and tell'])
})

test('it looks for other tails once per poll interval, however often it is woken', () => {
  const { read } = sleeper()
  read('pause')

  expect(read('writer', { atMs: 999 }).asked).toEqual([])
  expect(read('writer', { atMs: 1_000 }).asked).toEqual(['tails'])
  expect(read('writer', { atMs: 1_001 }).asked).toEqual([])
})

test('where nothing notifies it polls and takes no lock; embedded it waits to be woken', () => {
  const polled = new Sleeper('polled', TIMES)
  const embedded = new Sleeper('embedded', TIMES)

  expect([polled.before('pause', 0), polled.after([], false, false), polled.hasPeers]).toEqual([
    [],
    100,
    true,
  ])
  expect([embedded.before('pause', 0), embedded.after([], false, false), embedded.hasPeers]).toEqual([
    [],
    1_000,
    false,
  ])
})
