/**
 * HMAC-SHA-256 without waiting: WebCrypto answers later, but a change must be recognised inside the store
 * transaction that applies it. Runs only for changes of records that have an op under way.
 */

const BLOCK = 64

/** The code of a text under a key, 32 bytes. */
export function hmacSha256(key: string, text: string): Uint8Array {
  const encoder = new TextEncoder()
  const bytes = encoder.encode(key)
  const padded = new Uint8Array(BLOCK)
  padded.set(bytes.length > BLOCK ? sha256(bytes) : bytes)
  const inner = sha256(
    concat(
      padded.map((byte) => byte ^ 0x36),
      encoder.encode(text),
    ),
  )
  return sha256(
    concat(
      padded.map((byte) => byte ^ 0x5c),
      inner,
    ),
  )
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function sha256(message: Uint8Array): Uint8Array {
  const hash = Uint32Array.from(INITIAL)
  const view = padded(message)
  for (let block = 0; block < view.byteLength; block += BLOCK) compress(hash, view, block)
  const result = new DataView(new ArrayBuffer(32))
  hash.forEach((word, index) => result.setUint32(4 * index, word))
  return new Uint8Array(result.buffer)
}

/** The message, a one bit, zeros, and its length in bits. */
function padded(message: Uint8Array): DataView {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / BLOCK) * BLOCK)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 4, message.length * 8)
  return view
}

function compress(hash: Uint32Array, view: DataView, block: number): void {
  const w = schedule(view, block)
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight
  for (let round = 0; round < 64; round++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = (h + bigSigma(e, 6, 11, 25) + choice + at(ROUNDS, round) + at(w, round)) | 0
    const second = (bigSigma(a, 2, 13, 22) + majority) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) hash[index] = at(hash, index) + word
}

type Eight = [number, number, number, number, number, number, number, number]

function schedule(view: DataView, block: number): Uint32Array {
  const w = new Uint32Array(64)
  for (let index = 0; index < 16; index++) w[index] = view.getUint32(block + 4 * index)
  for (let index = 16; index < 64; index++) {
    const near = at(w, index - 2)
    const far = at(w, index - 15)
    const left = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3)
    const right = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10)
    w[index] = at(w, index - 16) + left + at(w, index - 7) + right
  }
  return w
}

function bigSigma(word: number, a: number, b: number, c: number): number {
  return rotate(word, a) ^ rotate(word, b) ^ rotate(word, c)
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function at(words: Uint32Array, index: number): number {
  return words[index] as number
}

/** The first 32 bits of the fractions of roots of the first primes, as the standard defines its constants. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const words: number[] = []
  for (let candidate = 2; words.length < count; candidate++) {
    if (isPrime(candidate)) words.push((root(candidate) % 1) * 2 ** 32)
  }
  return Uint32Array.from(words)
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false
  return true
}

const INITIAL = fractions(8, Math.sqrt)
const ROUNDS = fractions(64, Math.cbrt)
