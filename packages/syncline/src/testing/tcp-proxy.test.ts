import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

let server: Server
let proxy: TcpProxy
const received: string[] = []
beforeEach(async () => {
  received.length = 0
  // Answers every piece of data with the same in capitals.
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      received.push(String(data))
      socket.write(String(data).toUpperCase())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy = await startTcpProxy({ port: (server.address() as { port: number }).port, seed: 7 })
})
afterEach(async () => {
  await proxy.close()
  await new Promise((resolve) => server.close(resolve))
})

interface Client {
  readonly socket: Socket
  readonly heard: string[]
  readonly closed: Promise<void>
}

function open(): Promise<Client> {
  return new Promise((resolve) => {
    const socket = connect(proxy.port, '127.0.0.1')
    const heard: string[] = []
    socket.on('error', () => {})
    socket.on('data', (data) => heard.push(String(data)))
    const closed = new Promise<void>((ended) => socket.once('close', () => ended()))
    socket.once('connect', () => resolve({ socket, heard, closed }))
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('without faults everything passes, and an end passes too', async () => {
  const { socket, heard, closed } = await open()

  socket.write('hello')
  await until(() => heard.join('') === 'HELLO')
  socket.end()

  await closed
  await until(() => proxy.connections === 0)
})

test('a delay delays and keeps the order', async () => {
  proxy.fault({ delayMs: [20, 40] })
  const { socket, heard } = await open()
  const begun = performance.now()

  for (const letter of 'abcdef') {
    socket.write(letter)
    await pause(1)
  }
  await until(() => heard.join('').length === 6)

  expect(heard.join('')).toBe('ABCDEF')
  expect(performance.now() - begun).toBeGreaterThan(40)
})

test('a cut ends the connections there are, and lets new ones in', async () => {
  const { closed } = await open()
  await until(() => proxy.connections === 1)

  expect(proxy.cut()).toBe(1)
  await closed
  const { socket, heard } = await open()
  socket.write('again')

  await until(() => heard.join('') === 'AGAIN')
})

test('the chance of a cut is drawn from the seed', async () => {
  proxy.fault({ cutChance: 1 })
  const { socket, closed } = await open()

  socket.write('x')

  await closed
  expect(received).toEqual([])
})

test('a blackhole takes what is sent, says nothing, and ends nothing', async () => {
  const { socket, heard } = await open()
  proxy.fault({ blackhole: 'toClient' })

  socket.write('asked')
  await until(() => received.length === 1)
  proxy.fault({ blackhole: 'both' })
  socket.write('lost')
  await pause(50)

  expect([received, heard, proxy.connections]).toEqual([['asked'], [], 1])
})

test('a dropped answer: the server has done it, and the client never hears so', async () => {
  const { socket, heard, closed } = await open()

  const dropped = proxy.dropAnswer()
  socket.write('commit')
  await dropped
  await closed

  expect([received, heard]).toEqual([['commit'], []])
})

test('a slow reader makes its sender wait', async () => {
  proxy.fault({ bytesPerSecond: 1_000_000 })
  const { socket } = await open()
  socket.on('data', () => {})

  const isTaken = socket.write(Buffer.alloc(64 * 1024 * 1024))

  expect(isTaken).toBe(false)
  await pause(50)
  expect(received.join('').length).toBeLessThan(8 * 1024 * 1024)
})
