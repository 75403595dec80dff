/**
 * A digest of 32-bit words: MurmurHash3 of Austin Appleby, the variant of 128 bits. It tells apart what differs by chance;
 * whoever may choose the words can make two with one digest.
 *
 * A cryptographic one is a call of OpenSSL, which costs ten times as much where it is made once between a hundred writes
 * to sockets (`bench`: G3).
 */
const { imul } = Math

const C1 = 0x239b961b
const C2 = 0xab0e9789 | 0
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93 | 0

export class MixedWords {
  #h1 = 0
  #h2 = 0
  #h3 = 0
  #h4 = 0
  #blocks = 0

  /** Begins anew. */
  begin(): void {
    this.#h1 = this.#h2 = this.#h3 = this.#h4 = this.#blocks = 0
  }

  add(k1: number, k2: number, k3: number, k4: number): void {
    this.#h1 ^= scrambled(k1, C1, 15, C2)
    this.#h1 = (imul(rotated(this.#h1, 19) + this.#h2, 5) + 0x561ccd1b) | 0
    this.#h2 ^= scrambled(k2, C2, 16, C3)
    this.#h2 = (imul(rotated(this.#h2, 17) + this.#h3, 5) + 0x0bcaa747) | 0
    this.#h3 ^= scrambled(k3, C3, 17, C4)
    this.#h3 = (imul(rotated(this.#h3, 15) + this.#h4, 5) + 0x96cd1c35) | 0
    this.#h4 ^= scrambled(k4, C4, 18, C1)
    this.#h4 = (imul(rotated(this.#h4, 13) + this.#h1, 5) + 0x32ac3b17) | 0
    this.#blocks++
  }

  /** Adds each character; the last block is filled up with zeros. */
  addText(text: string): void {
    for (let at = 0; at < text.length; at += 8)
      this.add(pairAt(text, at), pairAt(text, at + 2), pairAt(text, at + 4), pairAt(text, at + 6))
  }

  /** Ends it; 32 hexadecimal digits. */
  end(): string {
    this.#finish()
    putHex(this.#h1, 0)
    putHex(this.#h2, 8)
    putHex(this.#h3, 16)
    putHex(this.#h4, 24)
    return hex.toString('latin1')
  }

  /** Ends it; half of the digest. */
  endHalf(): readonly [number, number] {
    this.#finish()
    return [this.#h1, this.#h2]
  }

  #finish(): void {
    const length = this.#blocks * 16
    this.#h1 ^= length
    this.#h2 ^= length
    this.#h3 ^= length
    this.#h4 ^= length
    this.#spread()
    this.#h1 = avalanche(this.#h1)
    this.#h2 = avalanche(this.#h2)
    this.#h3 = avalanche(this.#h3)
    this.#h4 = avalanche(this.#h4)
    this.#spread()
  }

  #spread(): void {
    this.#h1 = (this.#h1 + this.#h2 + this.#h3 + this.#h4) | 0
    this.#h2 = (this.#h2 + this.#h1) | 0
    this.#h3 = (this.#h3 + this.#h1) | 0
    this.#h4 = (this.#h4 + this.#h1) | 0
  }
}

function scrambled(word: number, first: number, bits: number, second: number): number {
  return imul(rotated(imul(word, first), bits), second)
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function avalanche(word: number): number {
  let mixed = imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Two characters as a word; zeros beyond the end. */
function pairAt(text: string, at: number): number {
  const first = at < text.length ? text.charCodeAt(at) : 0
  const second = at + 1 < text.length ? text.charCodeAt(at + 1) : 0
  return (first << 16) | second
}

/** Characters of a number's 32 bits. */
function putHex(word: number, at: number): void {
  for (let index = 0; index < 8; index++) {
    const digit = (word >>> (28 - 4 * index)) & 15
    hex[at + index] = digit < 10 ? 48 + digit : 87 + digit
  }
}

const hex = Buffer.alloc(32)
