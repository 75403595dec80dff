/**
 * AES-256-GCM for texts of one length, prepared for many at a time: the same bytes that `node:crypto` gives for one.
 *
 * A cipher object for each text costs little in a loop, and 85 µs where it is used once between a hundred writes to
 * sockets: nothing of it is in the processor's cache then (`bench`: G3). So the key stream of many nonces is drawn
 * at once, and what is left is done in a few lines (`ghash.ts`).
 */
import { type Cipher, createCipheriv, randomFillSync } from 'node:crypto'
import { Ghash } from './ghash.ts'
import { wordAt } from '../word-at.ts'

/** Of AES. */
const BLOCK = 16
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
/** Texts that are prepared at a time. */
const AT_ONCE = 128

export class ReadySeals {
  readonly #textBytes: number
  readonly #cipher: Cipher
  readonly #ghash: Ghash
  readonly #nonces = Buffer.alloc(NONCE_BYTES * AT_ONCE)
  readonly #counters: Buffer
  /** For each nonce the block that masks the tag, and those that mask the text. */
  #stream: Buffer
  /** Each nonce masks one text: whoever knew two under the same one would know both. */
  #used = AT_ONCE

  /** `textBytes` are whole blocks. */
  constructor(key: Buffer, textBytes: number) {
    this.#textBytes = textBytes
    this.#cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    this.#ghash = new Ghash(this.#cipher.update(Buffer.alloc(BLOCK)))
    this.#counters = Buffer.alloc(AT_ONCE * this.#perText)
    this.#stream = this.#counters
  }

  get #perText(): number {
    return BLOCK + this.#textBytes
  }

  /** Writes nonce, masked text and tag to `into`. */
  seal(text: Buffer, into: Buffer, at: number): void {
    if (this.#used === AT_ONCE) this.#prepare()
    const nonceAt = NONCE_BYTES * this.#used
    const streamAt = this.#perText * this.#used
    this.#used++
    for (let index = 0; index < NONCE_BYTES; index++)
      into[at + index] = this.#nonces[nonceAt + index] as number
    this.#maskText(text, streamAt + BLOCK, into, at + NONCE_BYTES)
    this.#writeTag(streamAt, into, at + NONCE_BYTES + this.#textBytes)
  }

  #maskText(text: Buffer, streamAt: number, into: Buffer, at: number): void {
    const ghash = this.#ghash
    ghash.begin()
    for (let block = 0; block < this.#textBytes; block += BLOCK) {
      for (let index = block; index < block + BLOCK; index++)
        into[at + index] = (text[index] as number) ^ (this.#stream[streamAt + index] as number)
      ghash.add(
        wordAt(into, at + block),
        wordAt(into, at + block + 4),
        wordAt(into, at + block + 8),
        wordAt(into, at + block + 12),
      )
    }
    ghash.add(0, 0, 0, this.#textBytes * 8)
  }

  #writeTag(streamAt: number, into: Buffer, at: number): void {
    for (let index = 0; index < TAG_BYTES; index++)
      into[at + index] =
        (this.#ghash.word(index >> 2) >>> (24 - 8 * (index & 3))) ^ (this.#stream[streamAt + index] as number)
  }

  /** The counter of GCM stands behind the nonce: 1 for the tag, and from 2 on for the text. */
  #prepare(): void {
    randomFillSync(this.#nonces)
    const counters = this.#counters
    for (let at = 0, nonce = 0; nonce < AT_ONCE; nonce++) {
      const end = at + this.#perText
      for (let counter = 1; at < end; at += BLOCK, counter++) {
        for (let index = 0; index < NONCE_BYTES; index++)
          counters[at + index] = this.#nonces[nonce * NONCE_BYTES + index] as number
        counters.writeUInt32BE(counter, at + NONCE_BYTES)
      }
    }
    this.#stream = this.#cipher.update(counters)
    this.#used = 0
  }
}
