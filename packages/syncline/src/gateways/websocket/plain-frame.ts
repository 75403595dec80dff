/**
 * The frames that nearly every device sends (RFC 6455): a whole masked text, a ping, a pong. They are read where they
 * lie; of all others, and of what is wrong with a frame, `ws` knows more.
 */

/** Whole frames: FIN, and the opcode. */
export const TEXT = 0x81
export const PING = 0x89
export const PONG = 0x8a

const MASKED = 0x80
const MASK_BYTES = 4

/**
 * How many bytes the frame at `at` takes with its header, or are needed to know that; 0 for a frame that is not plain,
 * or whose payload is larger than `largest`.
 */
export function plainFrameBytes(data: Buffer, at: number, largest: number): number {
  const has = data.length - at
  const first = data[at]
  if (first !== TEXT && first !== PING && first !== PONG) return 0
  if (has < 2) return 2
  const second = data[at + 1] as number
  if ((second & MASKED) === 0) return 0
  const short = second & 0x7f
  if (short > 125 && first !== TEXT) return 0
  if (has < headerBytes(short)) return headerBytes(short)
  const payload = payloadBytes(data, at, short)
  return payload > largest ? 0 : headerBytes(short) + MASK_BYTES + payload
}

/** Where the payload of a whole frame begins. */
export function payloadStart(data: Buffer, at: number): number {
  return at + headerBytes((data[at + 1] as number) & 0x7f) + MASK_BYTES
}

/** Takes the mask off a payload, or puts it on again. */
export function mask(data: Buffer, start: number, end: number): void {
  const keys = data.readInt32BE(start - MASK_BYTES)
  if (keys === 0) return
  for (let index = start; index < end; index++)
    data[index] = (data[index] as number) ^ (keys >> (24 - 8 * ((index - start) & 3)))
}

/** An unmasked frame with a short payload: of a ping, or the answer to one. */
export function controlFrame(kind: typeof PING | typeof PONG, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(kind, payload.length), payload])
}

function headerBytes(short: number): number {
  return short < 126 ? 2 : short === 126 ? 4 : 10
}

function payloadBytes(data: Buffer, at: number, short: number): number {
  if (short < 126) return short
  return short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
}
