import { expect, test } from 'vitest'
import { controlFrame, mask, payloadStart, PING, plainFrameBytes, PONG, TEXT } from './plain-frame.ts'

const LARGEST = 100_000

/** A masked frame as a browser sends it. */
function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  header[0] = first
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (header.length === 4) header.writeUInt16BE(length, 2)
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
  const whole = Buffer.concat([header, Buffer.of(0xa1, 0, 0x7f, 0xff), payload])
  mask(whole, header.length + 4, whole.length)
  return whole
}

test.each([0, 125, 126, 65_535, 65_536])('a whole text of %i bytes is plain, wherever it lies', (length) => {
  const payload = Buffer.alloc(length, 'abcdefg')
  const data = Buffer.concat([Buffer.from('before'), frame(TEXT, payload), Buffer.from('after')])

  const bytes = plainFrameBytes(data, 6, LARGEST)
  const start = payloadStart(data, 6)
  mask(data, start, 6 + bytes)

  expect(6 + bytes).toBe(data.length - 5)
  expect(data.subarray(start, 6 + bytes).equals(payload)).toBe(true)
})

test('what has begun says how much must have come to know more', () => {
  const long = frame(TEXT, Buffer.alloc(70_000))
  const needed = [1, 2, 9, 10].map((has) => plainFrameBytes(long.subarray(0, has), 0, LARGEST))

  expect(needed).toEqual([2, 10, 10, 70_014])
  expect(plainFrameBytes(frame(TEXT, Buffer.alloc(300)).subarray(0, 3), 0, LARGEST)).toBe(4)
})

test('every other frame is not plain', () => {
  const text = Buffer.from('text')
  const unmasked = Buffer.concat([Buffer.of(TEXT, 4), text])
  const longPing = frame(PING, Buffer.alloc(126))
  const others = [0x01, 0x80, 0x82, 0x83, 0x88, 0xc1, 0xf1].map((first) => frame(first, text))

  for (const data of [unmasked, longPing, ...others]) expect(plainFrameBytes(data, 0, LARGEST)).toBe(0)
  expect(plainFrameBytes(frame(TEXT, text), 0, 3)).toBe(0)
  const lying = Buffer.from([TEXT, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
  expect(plainFrameBytes(lying, 0, LARGEST)).toBe(0)
})

test('a ping and its answer are plain, and differ in their first byte', () => {
  expect(plainFrameBytes(frame(PING, Buffer.from('?')), 0, LARGEST)).toBe(7)
  expect(plainFrameBytes(frame(PONG, Buffer.alloc(0)), 0, LARGEST)).toBe(6)
  expect(controlFrame(PONG, Buffer.from('?'))).toEqual(Buffer.from([0x8a, 1, 0x3f]))
})
