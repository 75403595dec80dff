/** The pages of a room: so many records each that one is read and unpacked in a slice. */
import { inSlices } from '../../slices.ts'
import type { StoreRecord } from '../../store/store-record.ts'
import { pack } from './packing.ts'

// 5,000: each page costs the browser a request, and one of fewer than 64 kB costs it most (bench: G11).
const MOST_ROWS = 5_000
// 400,000 letters: what is parsed in a few milliseconds.
const MOST_LETTERS = 400_000

/** Records in pages, a slice at a time. */
export async function packPages(records: readonly StoreRecord[]): Promise<string[]> {
  const pages: string[] = []
  await inSlices(portionsOf(records), (portion) => pages.push(pack(portion)))
  return pages
}

/** So many records that neither bound is passed; one that passes it alone has a page of its own. */
export function* portionsOf(records: readonly StoreRecord[]): Iterable<readonly StoreRecord[]> {
  let from = 0
  let letters = 0
  for (let at = 0; at < records.length; at++) {
    const size = lettersOf((records[at] as StoreRecord).fields)
    if (at > from && (at - from === MOST_ROWS || letters + size > MOST_LETTERS)) {
      yield records.slice(from, at)
      from = at
      letters = 0
    }
    letters += size
  }
  if (from < records.length) yield records.slice(from)
}

// 8: numbers and the like, with what surrounds a value.
const LETTERS_OF_OTHERS = 8

/** About how long a value is as text; `in` is faster than a list of the values (bench: G11). */
function lettersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return LETTERS_OF_OTHERS
  let letters = LETTERS_OF_OTHERS
  for (const name in value) letters += lettersOf((value as Record<string, unknown>)[name])
  return letters
}
