import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Audience } from './audience.ts'
import type { RawSocket } from './raw-socket.ts'

function listener(audience: Audience): (text: string) => void {
  const raw: RawSocket = { socket: {} as Socket, send() {}, onFrame() {}, close() {} }
  audience.add(raw)
  return (text) => raw.onFrame(Buffer.from(`??${text}`), 2, 2 + text.length)
}

const message = (version: number, name = 'Camera') =>
  `{"type":"changes","changes":[{"fields":{"name":"${name}"},"version":${version},"at":""}]}`

test('messages in order are counted with their bytes', () => {
  const audience = new Audience()
  const hear = listener(audience)

  for (const version of [9, 10, 11]) hear(message(version, `Camera ${version}`))

  expect(audience.disordered).toBe(0)
  expect(audience.received.messages).toBe(3)
  expect(audience.received.bytes).toBe(message(9, 'Camera 9').length + 2 * message(10, 'Camera 10').length)
  expect(audience.lacking(11)).toBe(0)
})

test.each([
  ['lost', [1, 3]],
  ['doubled', [1, 1]],
  ['reordered', [2, 1]],
])('a message that was %s is found', (_, versions) => {
  const audience = new Audience()
  const hear = listener(audience)

  for (const version of versions) hear(message(version))

  expect(audience.disordered).toBe(1)
})

test('a socket that lacks the last message is found, one that never heard anything is not', () => {
  const audience = new Audience()
  const [hear] = [listener(audience), listener(audience)]

  hear(message(4))

  expect(audience.lacking(5)).toBe(1)
})

test('what is no change is not counted', () => {
  const audience = new Audience()

  listener(audience)('{"type":"pong","version":3}')

  expect(audience.received.messages).toBe(0)
})
