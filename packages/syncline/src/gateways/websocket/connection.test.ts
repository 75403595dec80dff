import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { Frame } from '../../server/frames/frame.ts'
import { Connection, type ConnectionSurroundings } from './connection.ts'
import { Turn } from './turn.ts'

test('where a connection comes from is asked of its socket once, not for each message', () => {
  let asked = 0
  const socket = Object.defineProperty(new Duplex(), 'remoteAddress', {
    get: () => {
      asked++
      return '192.0.2.7'
    },
  })
  type Parameters = ConstructorParameters<typeof Connection>
  const connection = new Connection(
    socket as Parameters[0],
    { url: '/sync', headers: {} } as Parameters[1],
    {} as ConnectionSurroundings,
  )

  const addresses = [connection.address, connection.address, connection.address]

  expect(addresses).toEqual(['192.0.2.7', '192.0.2.7', '192.0.2.7'])
  expect(asked).toBe(1)
})

/** A connection over a socket that takes what it is told to take. */
function connectionThat({ takes }: { takes: boolean }) {
  const writes: string[] = []
  const state = { takes, length: 0, onDrain: () => {} }
  const socket = {
    write(bytes: Buffer) {
      writes.push(bytes.subarray(2).toString())
      if (!state.takes) state.length += bytes.length
      return state.takes
    },
    get writableLength() {
      return state.length
    },
    once: (_: string, listener: () => void) => (state.onDrain = listener),
  }
  const limits = { queueBytes: 50, queueAgeMs: 1_000 }
  const connection = new Connection(
    socket as unknown as ConstructorParameters<typeof Connection>[0],
    { url: '/sync', headers: {} } as ConstructorParameters<typeof Connection>[1],
    { turn: new Turn(), core: { limits } } as unknown as ConnectionSurroundings,
  )
  const drain = () => {
    Object.assign(state, { takes: true, length: 0 })
    state.onDrain()
  }
  return { connection, writes, drain }
}

const endOfTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('one frame leaves at the end of its turn, several leave together', async () => {
  const { connection, writes } = connectionThat({ takes: true })

  connection.send(new Frame('a'))
  const duringTurn = [...writes]
  await endOfTurn()
  for (const text of ['b', 'c']) connection.send(new Frame(text))
  await endOfTurn()

  expect(duringTurn).toEqual([])
  expect(writes).toEqual(['a', expect.stringMatching(/^b..c$/s)])
})

test('W4: while its socket takes nothing, what a connection is given waits and is counted', async () => {
  const { connection, writes, drain } = connectionThat({ takes: false })
  connection.send(new Frame('first'))
  const beforeTurn = connection.waitingBytes
  await endOfTurn()

  connection.send(new Frame('second'))
  await endOfTurn()
  const whileBlocked = [...writes]
  const waiting = connection.waitingBytes
  drain()
  await endOfTurn()

  expect(beforeTurn).toBe(7)
  expect(whileBlocked).toEqual(['first'])
  expect(waiting).toBe(7 + 8)
  expect([writes, connection.waitingBytes]).toEqual([['first', 'second'], 0])
})

test('who waits for a connection with one frame is told when it is written', async () => {
  const { connection, drain } = connectionThat({ takes: false })
  let isDrained = false
  connection.send(new Frame('only'))
  void connection.drained().then(() => (isDrained = true))
  await endOfTurn()
  const whileBlocked = isDrained

  drain()
  await endOfTurn()

  expect([whileBlocked, isDrained]).toEqual([false, true])
})
