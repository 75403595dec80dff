/**
 * Rows in order, changed one at a time: blocks of some hundred rows, so that an insertion moves one
 * block and not all rows (bench: G10).
 */
import type { Compare } from './order.ts'
import type { AnyRow } from './row.ts'

// 512: moving half a block costs less than finding it does.
const BLOCK = 512

// 512: so many rows of those shown go before all are looked through again.
const SPARE = 512

/** The first rows in order; the others are only compared with the last of them. */
function firstRows(rows: readonly AnyRow[], compare: Compare<AnyRow>, count: number): AnyRow[] {
  let first: AnyRow[] = []
  let last: AnyRow | undefined
  const cut = () => first.sort(compare).slice(0, count)
  for (const row of rows) {
    if (last && compare(row, last) > 0) continue
    if (first.push(row) < 2 * count) continue
    first = cut()
    last = first.at(-1)
  }
  return cut()
}

/** A sorted list of rows with distinct places in the order. */
export class SortedRows {
  readonly #compare: Compare<AnyRow>
  /** What comes after this row is not kept; absent when all rows are. */
  readonly #bound: AnyRow | undefined
  #blocks: AnyRow[][] = []
  #size: number

  /** With a limit, only the first rows are kept, and some more for those that will go. */
  constructor(rows: readonly AnyRow[], compare: Compare<AnyRow>, limit = Number.POSITIVE_INFINITY) {
    this.#compare = compare
    const sorted = firstRows(rows, compare, limit + SPARE)
    this.#size = sorted.length
    if (rows.length > sorted.length) this.#bound = sorted.at(-1)
    for (let start = 0; start < sorted.length; start += BLOCK) {
      this.#blocks.push(sorted.slice(start, start + BLOCK))
    }
  }

  /** Rows have gone, and those that follow are not kept: it is to be made anew. */
  isShort(limit = 0): boolean {
    return this.#bound !== undefined && this.#size < limit
  }

  insert(row: AnyRow): void {
    if (this.#isBeyond(row)) return
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

  remove(row: AnyRow): void {
    const place = this.#blockOf(row)
    const block = this.#blocks[place] ?? []
    const at = this.#placeIn(block, row)
    const found = block[at]
    if (!found || this.#compare(found, row) !== 0) return
    block.splice(at, 1)
    this.#size--
    if (block.length === 0) this.#blocks.splice(place, 1)
  }

  /** Puts the new form of a row in place of the old one. */
  replace(before: AnyRow, after: AnyRow): void {
    if (this.#compare(before, after) !== 0) {
      this.remove(before)
      this.insert(after)
      return
    }
    const block = this.#blocks[this.#blockOf(before)]
    if (block && !this.#isBeyond(before)) block[this.#placeIn(block, before)] = after
  }

  /** The first rows, or all, as a new array. */
  take(limit = this.#size): AnyRow[] {
    const [first = []] = this.#blocks
    if (limit <= first.length) return first.slice(0, limit)
    const rows = ([] as AnyRow[]).concat(...this.#blocks.slice(0, this.#blocksFor(limit)))
    return rows.length > limit ? rows.slice(0, limit) : rows
  }

  #isBeyond(row: AnyRow): boolean {
    return this.#bound !== undefined && this.#compare(this.#bound, row) < 0
  }

  #blocksFor(limit: number): number {
    let count = 0
    let seen = 0
    while (seen < limit && count < this.#blocks.length) seen += this.#blocks[count++]?.length ?? 0
    return count
  }

  /** Index of the first block whose last row is not before this row. */
  #blockOf(row: AnyRow): number {
    return firstAt(this.#blocks, (block) => this.#compare(block.at(-1) as AnyRow, row) >= 0)
  }

  #placeIn(block: readonly AnyRow[], row: AnyRow): number {
    return firstAt(block, (other) => this.#compare(other, row) >= 0)
  }
}

/** Where the first item is that passes, in a list of which all that follow it pass. */
export function firstAt<Item>(items: readonly Item[], passes: (item: Item) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(items[middle] as Item)) high = middle
    else low = middle + 1
  }
  return low
}
