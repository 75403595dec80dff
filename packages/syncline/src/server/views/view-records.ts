/**
 * The records that a view shows: ids, the version up to which each is known, and a digest of the set.
 *
 * The digest travels in cursors, so that a returning device's set can be told without keeping it: it is a sum, so
 * that records can be added and taken away one by one.
 */
import { createHash } from 'node:crypto'

const MODULUS = 2n ** 64n

export class ViewRecords {
  readonly #versions = new Map<string, number>()
  #sum = 0n

  get size(): number {
    return this.#versions.size
  }

  get digest(): string {
    return this.#sum.toString(16).padStart(16, '0')
  }

  has(id: string): boolean {
    return this.#versions.has(id)
  }

  /** The version up to which a record has been sent; undefined when the view does not show it. */
  versionOf(id: string): number | undefined {
    return this.#versions.get(id)
  }

  ids(): IterableIterator<string> {
    return this.#versions.keys()
  }

  set(id: string, version: number): void {
    if (!this.#versions.has(id)) this.#sum = (this.#sum + hashOf(id)) % MODULUS
    this.#versions.set(id, version)
  }

  delete(id: string): void {
    if (this.#versions.delete(id)) this.#sum = (this.#sum + MODULUS - hashOf(id)) % MODULUS
  }

  clear(): void {
    this.#versions.clear()
    this.#sum = 0n
  }
}

function hashOf(id: string): bigint {
  return createHash('sha256').update(id).digest().readBigUInt64BE()
}
