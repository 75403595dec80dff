import { expect, test } from 'vitest'
import { encodeFrame } from './encode-frame.ts'
import { SocketWriter, type WritableSocket } from './socket-writer.ts'
import { createJoin, Turn } from './turn.ts'

/** A socket that takes what it is told to take. */
function socketThat({ takes }: { takes: boolean }) {
  const writes: string[] = []
  let onDrain: (() => void) | undefined
  const state = { takes, length: 0 }
  const socket = {
    write(bytes: Buffer) {
      writes.push(bytes.toString())
      if (!state.takes) state.length += bytes.length
      return state.takes
    },
    cork() {},
    uncork() {},
    get writableLength() {
      return state.length
    },
    destroyed: false,
    once: (_: string, listener: () => void) => (onDrain = listener),
    off: () => (onDrain = undefined),
  } as unknown as WritableSocket
  const drain = () => {
    state.takes = true
    state.length = 0
    onDrain?.()
  }
  return { socket, writes, drain }
}

const BOUNDS = { queueBytes: 100, queueAgeMs: 1_000 }
const endOfTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('frames of one turn leave in one write', async () => {
  const { socket, writes } = socketThat({ takes: true })
  const writer = new SocketWriter(socket, new Turn(), BOUNDS)

  for (const text of ['a', 'b', 'c']) writer.send(Buffer.from(text))
  await endOfTurn()
  writer.send(Buffer.from('d'))
  await endOfTurn()

  expect(writes).toEqual(['abc', 'd'])
})

test('members of a room share the piece that their frames are joined to', () => {
  const join = createJoin()
  const [a, b] = [Buffer.from('a'), Buffer.from('b')]

  expect(join([a, b])).toBe(join([a, b]))
  expect(join([a, b]).toString()).toBe('ab')
  expect(join([a, Buffer.from('c')]).toString()).toBe('ac')
})

test('W4: while a socket takes nothing, nothing is written, and the queue has an end', async () => {
  const { socket, writes, drain } = socketThat({ takes: false })
  const writer = new SocketWriter(socket, new Turn(), BOUNDS)
  writer.send(Buffer.from('first'))
  await endOfTurn()

  const isTaken = writer.send(Buffer.from('second'))
  const isTooMuch = !writer.send(Buffer.alloc(100))
  await endOfTurn()
  const whileBlocked = [...writes]
  drain()
  await endOfTurn()

  expect(isTaken).toBe(true)
  expect(isTooMuch).toBe(true)
  expect(whileBlocked).toEqual(['first'])
  expect(writes[1]?.startsWith('second')).toBe(true)
})

test('W4: a socket that takes nothing for too long is too slow', async () => {
  const { socket } = socketThat({ takes: false })
  const writer = new SocketWriter(socket, new Turn(), BOUNDS)
  writer.send(Buffer.from('x'))
  await endOfTurn()

  expect(writer.isTooSlow(performance.now())).toBe(false)
  expect(writer.isTooSlow(performance.now() + 2_000)).toBe(true)
})

test('drained resolves when everything was taken, and when the writer ends', async () => {
  const { socket, drain } = socketThat({ takes: false })
  const writer = new SocketWriter(socket, new Turn(), BOUNDS)
  let isDrained = false
  writer.send(Buffer.from('x'))
  void writer.drained().then(() => (isDrained = true))
  await endOfTurn()
  const before = isDrained

  drain()
  await endOfTurn()

  expect([before, isDrained]).toEqual([false, true])
  writer.drop()
  await writer.drained()
})

test('an owner hears that all is written, not while the socket takes nothing', async () => {
  const { socket, drain } = socketThat({ takes: false })
  let written = 0
  const writer = new SocketWriter(socket, new Turn(), BOUNDS, { onWritten: () => void written++ })

  writer.send(Buffer.from('first'))
  await endOfTurn()
  writer.send(Buffer.from('second'))
  const whileBlocked = written
  drain()
  const whileMoreWaits = written
  await endOfTurn()

  expect([whileBlocked, whileMoreWaits, written]).toEqual([0, 0, 1])
})

test('a text message is one unmasked frame at every length of header', () => {
  for (const [length, header] of [
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ] as const) {
    const frame = encodeFrame('x'.repeat(length))

    expect(frame.length).toBe(header + length)
    expect(frame[0]).toBe(0x81)
    expect((frame[1] as number) & 0x80).toBe(0)
  }
  expect(encodeFrame('ü').subarray(2).toString()).toBe('ü')
})
