/**
 * GHASH, the checksum of AES-GCM (NIST SP 800-38D), in 32-bit integers.
 *
 * Products without carries are put together from ordinary ones of numbers with holes, as in BearSSL's `ghash_ctmul32`:
 * no table and no branch depends on the key or the text, so that neither time nor cache tells of them.
 */

/** Every fourth bit: sums of products of such numbers do not reach the next one. */
const HOLES_0 = 0x11111111
const HOLES_1 = 0x22222222
const HOLES_2 = 0x44444444
const HOLES_3 = 0x88888888
/** Of a product of two 128-bit numbers after Karatsuba: nine 32-bit products, and nine of the mirrored numbers. */
const PRODUCTS = 18

export class Ghash {
  /** The key, as `spread` has it. */
  readonly #key = new Int32Array(PRODUCTS)
  readonly #factor = new Int32Array(PRODUCTS)
  readonly #product = new Int32Array(PRODUCTS)
  readonly #wide = new Int32Array(8)
  /** Least significant word first. */
  readonly #sum = new Int32Array(4)

  /** `key` is AES of a block of zeros. */
  constructor(key: Buffer) {
    spread(this.#key, key.readInt32BE(12), key.readInt32BE(8), key.readInt32BE(4), key.readInt32BE(0))
  }

  begin(): void {
    this.#sum.fill(0)
  }

  /** Takes the next block, as four big-endian words. */
  add(first: number, second: number, third: number, fourth: number): void {
    const sum = this.#sum
    spread(this.#factor, at(sum, 0) ^ fourth, at(sum, 1) ^ third, at(sum, 2) ^ second, at(sum, 3) ^ first)
    this.#multiply()
    this.#reduce()
  }

  /** The word at this place of the result, 0 to 3. */
  word(place: number): number {
    return this.#sum[3 - place] as number
  }

  #multiply(): void {
    const c = this.#product as Numbers
    const z = this.#wide as Numbers
    for (let index = 0; index < PRODUCTS; index++)
      c[index] = lowProduct(at(this.#factor, index), at(this.#key, index))
    c[4] ^= c[0] ^ c[1]
    c[5] ^= c[2] ^ c[3]
    c[8] ^= c[6] ^ c[7]
    c[13] ^= c[9] ^ c[10]
    c[14] ^= c[11] ^ c[12]
    c[17] ^= c[15] ^ c[16]
    z[0] = c[0]
    z[1] = c[4] ^ (mirrored(c[9]) >>> 1)
    z[2] = c[1] ^ c[0] ^ c[2] ^ c[6] ^ (mirrored(c[13]) >>> 1)
    z[3] = c[4] ^ c[5] ^ c[8] ^ (mirrored(c[10] ^ c[9] ^ c[11] ^ c[15]) >>> 1)
    z[4] = c[2] ^ c[1] ^ c[3] ^ c[7] ^ (mirrored(c[13] ^ c[14] ^ c[17]) >>> 1)
    z[5] = c[5] ^ (mirrored(c[11] ^ c[10] ^ c[12] ^ c[16]) >>> 1)
    z[6] = c[3] ^ (mirrored(c[14]) >>> 1)
    z[7] = mirrored(c[12]) >>> 1
  }

  /** Modulo the polynomial of GCM, whose bits are mirrored: one bit further first. */
  #reduce(): void {
    const z = this.#wide as Numbers
    for (let index = 7; index > 0; index--) z[index] = (at(z, index) << 1) | (at(z, index - 1) >>> 31)
    z[0] <<= 1
    for (let index = 0; index < 4; index++) {
      const low = at(z, index)
      z[index + 4] = at(z, index + 4) ^ low ^ (low >>> 1) ^ (low >>> 2) ^ (low >>> 7)
      z[index + 3] = at(z, index + 3) ^ (low << 31) ^ (low << 30) ^ (low << 25)
    }
    for (let index = 0; index < 4; index++) this.#sum[index] = at(z, index + 4)
  }
}

/** Words of which all that are asked for by a fixed place are there. */
type Numbers = Int32Array & {
  [place in 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17]: number
}

function at(words: Int32Array, place: number): number {
  return words[place] as number
}

/** The factors of Karatsuba's products, of the number and of its mirror image; `a` is the least significant word. */
function spread(into: Int32Array, a: number, b: number, c: number, d: number): void {
  spreadHalf(into, 0, a, b, c, d)
  spreadHalf(into, 9, mirrored(a), mirrored(b), mirrored(c), mirrored(d))
}

function spreadHalf(into: Int32Array, at: number, a: number, b: number, c: number, d: number): void {
  into[at] = a
  into[at + 1] = b
  into[at + 2] = c
  into[at + 3] = d
  into[at + 4] = a ^ b
  into[at + 5] = c ^ d
  into[at + 6] = a ^ c
  into[at + 7] = b ^ d
  into[at + 8] = a ^ b ^ c ^ d
}

const { imul } = Math

/** The low half of a product without carries. */
function lowProduct(x: number, y: number): number {
  const x0 = x & HOLES_0
  const x1 = x & HOLES_1
  const x2 = x & HOLES_2
  const x3 = x & HOLES_3
  const y0 = y & HOLES_0
  const y1 = y & HOLES_1
  const y2 = y & HOLES_2
  const y3 = y & HOLES_3
  return (
    ((imul(x0, y0) ^ imul(x1, y3) ^ imul(x2, y2) ^ imul(x3, y1)) & HOLES_0) |
    ((imul(x0, y1) ^ imul(x1, y0) ^ imul(x2, y3) ^ imul(x3, y2)) & HOLES_1) |
    ((imul(x0, y2) ^ imul(x1, y1) ^ imul(x2, y0) ^ imul(x3, y3)) & HOLES_2) |
    ((imul(x0, y3) ^ imul(x1, y2) ^ imul(x2, y1) ^ imul(x3, y0)) & HOLES_3)
  )
}

/** Its bits in the opposite order. */
function mirrored(word: number): number {
  let x = word
  x = ((x & 0x55555555) << 1) | ((x >>> 1) & 0x55555555)
  x = ((x & 0x33333333) << 2) | ((x >>> 2) & 0x33333333)
  x = ((x & 0x0f0f0f0f) << 4) | ((x >>> 4) & 0x0f0f0f0f)
  x = ((x & 0x00ff00ff) << 8) | ((x >>> 8) & 0x00ff00ff)
  return (x << 16) | (x >>> 16)
}
