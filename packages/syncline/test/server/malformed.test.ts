/** What strangers may send: anything. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { type RawClient, startStageServer, type StageServer } from './stage-server.ts'

const UNLIMITED = { perSecond: 1e9, burst: 1e9 }
const MESSAGES = 110_000
const SOCKETS = 10
const RAW_SOCKETS = 600
const DEVICE_COPIED = 4011

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    limits: {
      messages: UNLIMITED,
      pushes: UNLIMITED,
      joins: UNLIMITED,
      connects: UNLIMITED,
      queueBytes: 64_000_000,
    },
  })
})
afterAll(() => server.close())

const SOUND = [
  { type: 'join', channel: 'Production:p1', want: 'rows', cursor: 'x', history: true },
  { type: 'leave', channel: 'Production:p1' },
  {
    type: 'push',
    ops: [
      {
        n: 1,
        key: 'k',
        tx: 1,
        model: 'camera',
        id: 'c1',
        action: 'update',
        fields: { name: 'x', zoom: 1 },
        base: 1,
      },
    ],
    read: 0,
  },
  { type: 'resolve', conflict: 'x', seen: true },
  { type: 'presence', channel: 'Production:p1', state: { a: 1 } },
  { type: 'token', token: 'x' },
  { type: 'ping', pending: { count: 1, oldestMs: 5 } },
  { type: 'hello', protocol: 1, device: 'd', schema: 2 },
]

const STRANGE = [
  'null',
  'true',
  '-1',
  '1e999',
  '[]',
  '{}',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[[[[[[[[1]]]]]]]]',
  `${'['.repeat(200)}1${']'.repeat(200)}`,
  '9007199254740993',
  '"Production:%"',
  '"__proto__"',
  `"${'x'.repeat(2_000)}"`,
  '{"$inc":1}',
  '{"a":1,"a":2}',
]

/** A message that is nearly right: a value replaced, a key doubled, a piece cut out, bytes flipped. */
function nearlyRight(random: () => number): string {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const text = JSON.stringify(pick(SOUND))
  const at = Math.floor(random() * text.length)
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.replace(/:("[^"]*"|\d+|true)/g, (whole) => (random() < 0.4 ? `:${pick(STRANGE)}` : whole))
    case 1:
      return text.replace(
        '{',
        `{${pick(['"type":"push"', '"__proto__":{"polluted":true}', '"ops":[]', '"x":1', '"constructor":1'])},`,
      )
    case 2:
      return text.slice(0, at) + text.slice(at + Math.floor(random() * 9))
    case 3:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0xd000)) + text.slice(at)
    case 4:
      return pick(STRANGE)
    default:
      return text.replace(/"(channel|model|id|action|n|device)":/g, (whole) =>
        random() < 0.3 ? `"${pick(['toString', 'hasOwnProperty', '', 'valueOf'])}":` : whole,
      )
  }
}

test(`W4: after ${MESSAGES} messages that are wrong in every way, everybody else is served as before`, async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const random = seededRandom(seed)
  const bystander = await server.socket('ben', { device: 'bystander' })
  await bystander.join('Production:p1')
  const before = Object.getOwnPropertyNames(Object.prototype).sort()
  const senders = await Promise.all(
    Array.from({ length: SOCKETS }, (_, number) => server.socket('ana', { device: `wrong ${number}` })),
  )

  let served = 0
  let devices = SOCKETS
  for (let sent = 0; sent < MESSAGES; sent += SOCKETS * 500) {
    for (const sender of senders)
      for (let message = 0; message < 500; message++) sender.send(nearlyRight(random))
    // A name of its own: some of the messages are right, and change the camera too.
    const name = `served ${served++}`
    await server.query("update cameras set name = $1 where id = 'c1'", [name])
    await bystander.next(
      ({ type, changes }) =>
        type === 'changes' &&
        changes.some(({ fields }: { fields?: { name?: string } }) => fields?.name === name),
    )
    for (const [number, sender] of senders.entries()) {
      if (await isAnswered(sender)) continue
      senders[number] = await server.socket('ana', { device: `wrong ${++devices}` })
    }
  }

  expect(served, `SEED=${seed}`).toBe(MESSAGES / (SOCKETS * 500))
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}, 300_000)

/**
 * The server has read all that this socket sent, and still answers it. False when it ended the connection for a good
 * reason: a key that was garbled makes the device look like a copy of itself.
 */
async function isAnswered(sender: RawClient): Promise<boolean> {
  const from = sender.messages.length
  sender.send({ type: 'ping' })
  const code = await Promise.race([
    sender.closed,
    sender.next(({ type }) => type === 'pong', from, 100_000).catch(() => sender.closed),
  ])
  sender.messages.length = 0
  sender.frames.length = 0
  if (typeof code !== 'number') return true
  expect(code).toBe(DEVICE_COPIED)
  return false
}

test('frames that are no frames end their own socket and nothing else', async () => {
  const bystander = await server.socket('ben', { device: 'bystander 2' })
  await bystander.join('Production:p1')
  const random = seededRandom(7)

  for (let opened = 0; opened < RAW_SOCKETS; opened += 50) {
    await Promise.all(Array.from({ length: 50 }, () => sendRaw(server.port, wrongFrames(random))))
  }
  await server.query("update cameras set zoom = zoom + 1 where id = 'c1'")

  await bystander.next(({ type }) => type === 'changes')
})

test('a message larger than the limit is named by an error before its socket is closed with 1009', async () => {
  const whole = await server.socket('ana', { device: 'too large' })
  const inParts = await server.socket('ana', { device: 'too large in parts' })

  whole.send({ type: 'ping', padding: 'x'.repeat(1_100_000) })
  for (let part = 0; part < 3; part++) inParts.socket.send('x'.repeat(500_000), { fin: part === 2 })

  const error = { type: 'error', code: 'too_large', message: expect.stringContaining('1048576 bytes') }
  for (const client of [whole, inParts]) {
    expect(await client.closed).toBe(1009)
    expect(client.messages.filter(({ type }) => type === 'error')).toEqual([error])
  }
})

/** Bytes after a sound upgrade: wrong masks, reserved bits, unknown opcodes, lying lengths, endless fragments, noise. */
function wrongFrames(random: () => number): Buffer {
  const text = Buffer.from('{"type":"ping"}')
  const masked = (first: number, payload: Buffer) =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload])
  const wrong = [
    Buffer.concat([Buffer.from([0x81, text.length]), text]),
    masked(0xf1, text),
    masked(0x83, text),
    masked(0x89, Buffer.alloc(120)),
    Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]),
    masked(0x81, Buffer.from([0xff, 0xfe, 0xfd])),
    masked(0x82, text),
    masked(0x80, text),
    Buffer.concat(Array.from({ length: 300 }, () => masked(0x01, Buffer.from('x')))),
    Buffer.concat(Array.from({ length: 300 }, () => masked(0x00, Buffer.from('x')))),
    masked(0x88, Buffer.from([0x03])),
    masked(0x88, Buffer.from([0xff, 0xff])),
    randomBytes(200),
  ]
  return wrong[Math.floor(random() * wrong.length)] as Buffer
}

function sendRaw(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `GET /sync HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      )
    })
    socket.once('data', () => {
      socket.write(bytes)
      setTimeout(() => socket.destroy(), 30)
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve())
  })
}
