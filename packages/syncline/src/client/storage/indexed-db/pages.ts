/**
 * The pages of a room, a few at a time: each request is answered in a turn of its own, so that the page can do other
 * things between them while the transaction goes on.
 */
import type { Transaction } from './database.ts'

// 4: two megabytes of usual rows.
const AT_ONCE = 4
// 3: the browser fetches the next pages while one is unpacked (bench: G11).
const AHEAD = 3

/** Puts the pages of a room where there are none. */
export function putPages(
  transaction: Transaction,
  channel: string,
  pages: readonly string[],
  from = 0,
): void {
  const store = transaction.store('pages')
  const last = Math.min(from + AT_ONCE, pages.length) - 1
  for (let at = from; at < last; at++) store.put(pages[at], [channel, at])
  if (last < from) return
  transaction.onResult(store.put(pages[last], [channel, last]), () =>
    putPages(transaction, channel, pages, last + 1),
  )
}

/** Hands the pages of a room on, in their order; `onEnd` hears how many there were. */
export function getPages(
  transaction: Transaction,
  channel: string,
  onPages: (pages: readonly unknown[]) => void,
  onEnd: (count: number) => void,
): void {
  let next = 0
  let count = 0
  let asked = 0
  const ask = () => {
    const range = IDBKeyRange.bound([channel, next], [channel, (next += AT_ONCE)], false, true)
    asked++
    transaction.onResult(transaction.store('pages').getAll(range), (pages: unknown[]) => {
      onPages(pages)
      count += pages.length
      if (pages.length === AT_ONCE) ask()
      if (--asked === 0) onEnd(count)
    })
  }
  while (asked < AHEAD) ask()
}
