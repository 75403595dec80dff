import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Audience } from './audience.ts'
import type { RawSocket } from './raw-socket.ts'

/** A socket of the audience, which gets frames in chunks of any kind. */
function listener(audience: Audience, pongs: string[] = []) {
  const raw: RawSocket = {
    socket: {} as Socket,
    send() {},
    pong: (payload) => pongs.push(payload.toString()),
    onChunk() {},
    onFrame() {},
    close() {},
  }
  audience.add(raw)
  return (...frames: Buffer[]) => raw.onChunk(Buffer.concat(frames))
}

const frame = (text: string, first = 0x81) =>
  Buffer.concat([Buffer.of(first, text.length), Buffer.from(text)])
const message = (version: number, name = '') =>
  frame(`{"type":"changes","changes":[{"fields":{"name":"${name}"},"version":${version},"at":""}]}`)
const ping = frame('are you there', 0x89)

test('messages in order are counted with their bytes, for each socket', () => {
  const audience = new Audience()
  const [a, b] = [listener(audience), listener(audience)]
  const messages = [9, 10, 11].map((version) => message(version))

  a(messages[0] as Buffer)
  a(...messages.slice(1))
  b(...messages)

  expect(audience.disordered).toBe(0)
  expect(audience.received).toEqual({ messages: 6, bytes: 2 * Buffer.concat(messages).length })
  expect(audience.lacking(11)).toBe(0)
})

test('wherever what came is cut, and whoever has it first, the same is counted', () => {
  const whole = Buffer.concat([message(9), ping, message(10), message(11)])
  const without = Buffer.concat([message(9), message(10), message(11)])

  for (let cut = 1; cut < whole.length; cut++) {
    const audience = new Audience()
    const pongs: string[] = []
    const [a, b] = [listener(audience, pongs), listener(audience)]
    a(whole.subarray(0, cut))
    b(without.subarray(0, cut / 2))
    b(without.subarray(cut / 2))
    a(whole.subarray(cut))

    expect(audience.received).toEqual({ messages: 6, bytes: 2 * without.length })
    expect([audience.disordered, audience.lacking(11)]).toEqual([0, 0])
    expect(pongs).toEqual(['are you there'])
  }
})

test.each([
  ['lost', [1, 3]],
  ['doubled', [1, 1]],
  ['reordered', [2, 1]],
])('a message that was %s for all is found', (_, versions) => {
  const audience = new Audience()
  const hear = listener(audience)

  for (const version of versions) hear(message(version))

  expect(audience.disordered).toBe(1)
})

test.each([
  ['lost', [1, 3]],
  ['doubled', [1, 1, 2, 3]],
  ['reordered', [2, 1, 3]],
])('a message that was %s for one socket is found', (_, versions) => {
  const audience = new Audience()
  const [a, b] = [listener(audience), listener(audience)]

  a(...[1, 2, 3].map((version) => message(version)))
  b(...versions.map((version) => message(version)))

  expect(audience.disordered).toBeGreaterThan(0)
})

test('a byte that one socket got otherwise is found', () => {
  const audience = new Audience()
  const [a, b] = [listener(audience), listener(audience)]

  a(message(1, 'Camera'))
  b(message(1, 'camera'))

  expect(audience.disordered).toBe(1)
})

test('sockets that lack the last message, or a part of it, are found', () => {
  const audience = new Audience()
  const [a, b] = [listener(audience), listener(audience)]
  listener(audience)

  a(message(4), message(5))
  b(message(4), message(5).subarray(0, 5))

  expect(audience.lacking(5)).toBe(2)
  expect(audience.lacking(6)).toBe(3)
})

test('what everybody has can be forgotten, and is followed by what comes next', () => {
  const audience = new Audience()
  const hear = listener(audience)
  hear(message(1))

  audience.forget()
  hear(message(2), message(4))

  expect(audience.disordered).toBe(1)
  expect(audience.received.messages).toBe(3)
  expect(audience.lacking(4)).toBe(0)
})

test('what is no change is not counted', () => {
  const audience = new Audience()

  listener(audience)(frame('{"type":"pong","version":3}'))

  expect(audience.received.messages).toBe(0)
})
