import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as ws from 'ws'
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws'
import { DeferredWebSocket } from './deferred-web-socket.ts'
import { LeanSocket } from './lean-socket.ts'

/** Answers each message with its text, and `close 4001` with a close. */
class Echo extends LeanSocket {
  readonly heard: string[] = []
  protected readonly options: ServerOptions
  closedTimes = 0
  #onGone = () => {}
  readonly gone = new Promise<void>((resolve) => (this.#onGone = resolve))

  constructor(socket: Socket, options: ServerOptions) {
    super(socket)
    this.options = options
  }

  begin(head: Buffer): void {
    this.read(head)
  }

  protected onMessage(bytes: Buffer, isBinary: boolean): void {
    const text = bytes.toString()
    this.heard.push(isBinary ? `binary ${text}` : text)
    if (text.startsWith('close ')) this.closeWith(Number(text.slice(6)))
  }

  protected onClosed(): void {
    this.closedTimes++
    this.#onGone()
  }

  override ping(): void {
    super.ping()
  }

  /** Takes bytes in pieces of one, which the network seldom cuts so. */
  takePieces(bytes: Buffer): void {
    for (const byte of bytes) this.socket.emit('data', Buffer.of(byte))
  }

  /** Writes until no more leaves. */
  async fill(): Promise<void> {
    const frame = Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 0), Buffer.alloc(2 ** 20)])
    do {
      this.socket.write(frame)
      await new Promise((resolve) => setTimeout(resolve, 50))
    } while (this.socket.writableLength === 0)
  }

  get bytesKept(): number {
    return this.socket.writableLength
  }
}

let server: Server
let echo: Promise<Echo>
beforeAll(async () => {
  const sockets = new WebSocketServer({
    noServer: true,
    WebSocket: DeferredWebSocket,
    perMessageDeflate: false,
    maxPayload: 100_000,
    maxBufferedChunks: 50,
    maxFragments: 16,
    // Not in its types.
    ...({ maxPendingAutoPongs: 20 } as object),
  })
  server = createServer()
  let onEcho: (echo: Echo) => void
  const next = () => void (echo = new Promise((resolve) => (onEcho = resolve)))
  next()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    sockets.handleUpgrade(request, socket, head, () => {
      const opened = new Echo(socket as Socket, sockets.options)
      onEcho(opened)
      opened.begin(head)
    })
  })
  server.on('request', (_, response) => {
    next()
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())

async function open() {
  const { port } = server.address() as AddressInfo
  await fetch(`http://127.0.0.1:${port}/`)
  const client = new WebSocket(`ws://127.0.0.1:${port}/`)
  const closed = new Promise<number>((resolve) => client.once('close', resolve))
  await new Promise((resolve) => client.once('open', resolve))
  const { _socket: socket } = client as unknown as { readonly _socket: Socket }
  return { client, closed, socket, echo: await echo }
}

/** The bytes of a masked frame. */
function bytesOf(text: string, options: { opcode?: number; fin?: boolean } = {}): Buffer {
  const { opcode = 1, fin = true } = options
  const all = { opcode, fin, mask: true, readOnly: true, rsv1: false }
  const { Sender } = ws as unknown as { readonly Sender: FrameMaker }
  return Buffer.concat(Sender.frame(Buffer.from(text), all))
}

/** Not in the types of `ws`. */
interface FrameMaker {
  frame(data: Buffer, options: object): readonly Buffer[]
}

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('messages that come together, or byte by byte, are taken one by one', async () => {
  const { socket, echo, client } = await open()
  socket.setNoDelay(true)

  socket.write(Buffer.concat([bytesOf('a'), bytesOf('ü'.repeat(200)), bytesOf('c')]))
  for (const byte of bytesOf('slow')) {
    socket.write(Buffer.of(byte))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  client.send('x'.repeat(90_000))
  await until(() => echo.heard.length === 5)

  expect(echo.heard).toEqual(['a', 'ü'.repeat(200), 'c', 'slow', 'x'.repeat(90_000)])
  client.terminate()
  await echo.gone
})

test('a message in parts, a binary one, and what comes after them', async () => {
  const { socket, echo, client } = await open()

  const parts = [bytesOf('whole'), bytesOf('in ', { fin: false }), bytesOf('parts', { opcode: 0 })]
  socket.write(Buffer.concat([...parts, bytesOf('after')]))
  client.send(Buffer.from('bytes'))
  client.send('last')
  await until(() => echo.heard.length === 5)

  expect(echo.heard).toEqual(['whole', 'in parts', 'after', 'binary bytes', 'last'])
  client.terminate()
  await echo.gone
})

test('a ping is answered with what it says, and asked for', async () => {
  const { client, echo } = await open()
  const answered = new Promise<string>((resolve) => client.once('pong', (data) => resolve(String(data))))
  const asked = new Promise<void>((resolve) => client.once('ping', () => resolve()))

  client.ping('?')
  echo.ping()

  expect(await answered).toBe('?')
  await asked
  client.terminate()
})

test('either side closes with its code, and what follows a close in the same piece is not lost', async () => {
  const first = await open()
  first.socket.write(Buffer.concat([bytesOf('close 4001'), bytesOf('after')]))
  expect(await first.closed).toBe(4001)
  await first.echo.gone
  expect(first.echo.heard).toEqual(['close 4001', 'after'])

  const second = await open()
  second.client.send('before')
  second.client.close(4002, 'done')
  expect(await second.closed).toBe(4002)
  await second.echo.gone
  expect(second.echo.heard).toEqual(['before'])
  expect([first.echo.closedTimes, second.echo.closedTimes]).toEqual([1, 1])

  const third = await open()
  const goodbye = Buffer.concat([Buffer.of(0x88, 0x82, 0, 0, 0, 0), Buffer.of(4001 >> 8, 4001 & 255)])
  third.socket.write(Buffer.concat([bytesOf('close 4001'), bytesOf('after'), goodbye, bytesOf('too late')]))
  await third.echo.gone
  expect(third.echo.heard).toEqual(['close 4001', 'after'])
  expect(third.echo.closedTimes).toBe(1)
})

test.each([
  // Whoever takes the mask off twice reads `a`.
  ['a mask over text that is no UTF-8', 1007, Buffer.of(0x81, 0x81, 0x9e, 0, 0, 0, 0x61)],
  ['text that is no UTF-8', 1007, Buffer.concat([Buffer.of(0x81, 0x82, 1, 2, 3, 4), Buffer.of(0xfe, 0xfd)])],
  ['a frame without a mask', 1002, Buffer.from([0x81, 1, 0x61])],
  ['a message that is too large', 1009, bytesOf('x'.repeat(100_001))],
])('%s closes with %i', async (_, code, bytes) => {
  const { socket, closed, echo } = await open()

  socket.write(bytes)

  expect(await closed).toBe(code)
  await echo.gone
  expect(echo.heard).toEqual([])
})

test('a socket that is cut, or that says it will send no more, is gone', async () => {
  const cut = await open()
  cut.socket.resetAndDestroy()
  await cut.echo.gone

  const ended = await open()
  ended.socket.end(bytesOf('last'))
  await ended.echo.gone

  expect(ended.echo.heard).toEqual(['last'])
})

test('a frame may come in many pieces, and is refused when it comes in too many', async () => {
  const patient = await open()
  // 256 are put together here, and `ws` takes 50 more.
  patient.echo.takePieces(bytesOf('x'.repeat(290)))
  patient.client.send('after')
  await until(() => patient.echo.heard.length === 2)
  const hostile = await open()

  hostile.echo.takePieces(bytesOf('x'.repeat(400)))

  expect(patient.echo.heard).toEqual(['x'.repeat(290), 'after'])
  expect(await hostile.closed).toBe(1008)
  await hostile.echo.gone
  expect(hostile.echo.heard).toEqual([])
  patient.client.terminate()
})

test('a message may have many parts, and is refused when it has too many', async () => {
  const parts = (count: number) =>
    Buffer.concat(
      Array.from({ length: count }, (_, n) =>
        bytesOf('x', { opcode: n === 0 ? 1 : 0, fin: n === count - 1 }),
      ),
    )
  const patient = await open()
  patient.socket.write(parts(16))
  await until(() => patient.echo.heard.length === 1)
  const hostile = await open()

  hostile.socket.write(parts(17))

  expect(patient.echo.heard).toEqual(['x'.repeat(16)])
  expect(await hostile.closed).toBe(1008)
  await hostile.echo.gone
  expect(hostile.echo.heard).toEqual([])
  patient.client.terminate()
})

test('whoever sends pings and reads no answer is cut off before many are kept; whoever reads is answered', async () => {
  const reader = await open()
  const pongs: string[] = []
  reader.client.on('pong', (data) => pongs.push(String(data)))
  for (let n = 0; n < 60; n++) {
    reader.client.ping(String(n))
    await until(() => pongs.length === n + 1)
  }
  const hostile = await open()
  hostile.socket.pause()
  await hostile.echo.fill()
  const before = hostile.echo.bytesKept

  for (let n = 0; n < 60; n++) {
    hostile.client.ping('x'.repeat(100))
    if (n === 10) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await hostile.echo.gone

  expect(pongs).toHaveLength(60)
  expect(before).toBeGreaterThan(0)
  reader.client.terminate()
  hostile.client.terminate()
})
