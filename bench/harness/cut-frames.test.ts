import { expect, test } from 'vitest'
import { cutFrames } from './cut-frames.ts'

const frame = (payload: string) => {
  const { length } = payload
  const head =
    length < 126
      ? [0x81, length]
      : length < 65_536
        ? [0x81, 126, length >> 8, length & 0xff]
        : [0x81, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from(head), Buffer.from(payload)])
}

function payloadsOf(data: Buffer): { payloads: string[]; used: number } {
  const payloads: string[] = []
  const used = cutFrames(data, (_, start, end) => payloads.push(data.toString('latin1', start, end)))
  return { payloads, used }
}

test('frames of every kind of length are cut apart', () => {
  const sent = ['', 'a', 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(65_535), 'e'.repeat(65_536)]

  const { payloads, used } = payloadsOf(Buffer.concat(sent.map(frame)))

  expect(payloads).toEqual(sent)
  expect(used).toBe(Buffer.concat(sent.map(frame)).length)
})

test('an incomplete frame is left for the next chunk, wherever it is cut', () => {
  const whole = Buffer.concat([frame('first'), frame('x'.repeat(300))])

  for (let cut = frame('first').length; cut < whole.length; cut++) {
    expect(payloadsOf(whole.subarray(0, cut))).toEqual({ payloads: ['first'], used: frame('first').length })
  }
})
