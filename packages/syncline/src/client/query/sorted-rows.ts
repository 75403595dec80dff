/**
 * Rows in order, changed one at a time: blocks of some hundred rows, so that an insertion moves one
 * block and not all rows (bench: G10).
 */
import type { Compare } from './order.ts'
import type { AnyRow } from './row.ts'

// 512: moving half a block costs less than finding it does.
const BLOCK = 512

/** A sorted list of rows with distinct places in the order. */
export class SortedRows {
  readonly #compare: Compare<AnyRow>
  #blocks: AnyRow[][] = []
  #size = 0

  constructor(rows: readonly AnyRow[], compare: Compare<AnyRow>) {
    this.#compare = compare
    const sorted = rows.slice().sort(compare)
    this.#size = sorted.length
    for (let start = 0; start < sorted.length; start += BLOCK) {
      this.#blocks.push(sorted.slice(start, start + BLOCK))
    }
  }

  get size(): number {
    return this.#size
  }

  insert(row: AnyRow): void {
    const place = Math.min(this.#blockOf(row), this.#blocks.length - 1)
    const block = this.#blocks[place]
    this.#size++
    if (!block) {
      this.#blocks.push([row])
      return
    }
    block.splice(this.#placeIn(block, row), 0, row)
    if (block.length > 2 * BLOCK) this.#blocks.splice(place, 1, block.slice(0, BLOCK), block.slice(BLOCK))
  }

  remove(row: AnyRow): boolean {
    const place = this.#blockOf(row)
    const block = this.#blocks[place]
    if (!block) return false
    const at = this.#placeIn(block, row)
    const found = block[at]
    if (!found || this.#compare(found, row) !== 0) return false
    block.splice(at, 1)
    this.#size--
    if (block.length === 0) this.#blocks.splice(place, 1)
    return true
  }

  /** Puts the new form of a row in place of the old one. */
  replace(before: AnyRow, after: AnyRow): void {
    if (this.#compare(before, after) !== 0) {
      this.remove(before)
      this.insert(after)
      return
    }
    const block = this.#blocks[this.#blockOf(before)]
    if (block) block[this.#placeIn(block, before)] = after
  }

  /** The first rows, or all, as a new array. */
  take(limit = this.#size): AnyRow[] {
    const first = this.#blocks[0]
    if (!first || limit <= first.length) return first ? first.slice(0, limit) : []
    const rows = ([] as AnyRow[]).concat(...this.#blocks.slice(0, this.#blocksFor(limit)))
    return rows.length > limit ? rows.slice(0, limit) : rows
  }

  #blocksFor(limit: number): number {
    let count = 0
    let seen = 0
    while (seen < limit && count < this.#blocks.length) seen += this.#blocks[count++]?.length ?? 0
    return count
  }

  /** Index of the first block whose last row is not before this row. */
  #blockOf(row: AnyRow): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const last = this.#blocks[middle]?.at(-1)
      if (last && this.#compare(last, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #placeIn(block: readonly AnyRow[], row: AnyRow): number {
    let low = 0
    let high = block.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(block[middle] as AnyRow, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
