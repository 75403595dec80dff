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
  const time = Math.floor(now).toString(16).padStart(12, '0')
  const key = newKey(random)
  // Two bits of the first letter say which kind of UUID it is.
  const variant = '89ab'[Number.parseInt(key[16] as string, 16) & 3]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${key.slice(13, 16)}-${variant}${key.slice(17, 20)}-${key.slice(20)}`
}

/** A random name that nobody can guess: a device, the key of an op. */
export function newKey(random?: Random): string {
  return Array.from(randomBytes(16, random), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
