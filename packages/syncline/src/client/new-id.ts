/** Ids made on the device. */

/** A source of random numbers in [0, 1); a test gives a seeded one. */
export type Random = () => number

/** Random bytes of the platform's cryptographic source, or of a test's. */
function randomBytes(length: number, random?: Random): Uint8Array {
  const bytes = new Uint8Array(length)
  if (!random) return crypto.getRandomValues(bytes)
  return bytes.map(() => Math.floor(random() * 256))
}

/** A UUID of version 7: later ids sort after earlier ones, so new rows lie together in the database's index. */
export function newId(now: number, random?: Random): string {
  const bytes = randomBytes(16, random)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(now / 0x1_0000))
  view.setUint16(4, now % 0x1_0000)
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f))
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f))
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A random name that nobody can guess: a device, the key of an op. */
export function newKey(random?: Random): string {
  return toHex(randomBytes(16, random))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
