/**
 * Moving a record to another place of its list: which numbers to write so that the order comes out as wanted.
 *
 * Mostly one record gets a number between its new neighbours'. Where there is none between them, the records that
 * follow are moved up until there is room.
 */

export interface Placed {
  readonly id: string
  readonly place: number
}

/** Numbers to write, by id, when the record at `from` is to stand at `to`. `isWhole` allows whole numbers only. */
export function reorder(list: readonly Placed[], from: number, to: number, isWhole: boolean): Placed[] {
  const moved = list[from]
  if (!moved || from === to || to < 0 || to >= list.length) return []
  const wanted = list.filter((_, index) => index !== from)
  wanted.splice(to, 0, moved)
  const place = between(wanted[to - 1]?.place, wanted[to + 1]?.place, isWhole)
  return place === undefined ? makeRoom(wanted, to) : [{ id: moved.id, place }]
}

/** The number that puts a record behind all of a list. */
export function behind(list: readonly Placed[], now: number): number {
  return Math.max(now, ...list.map(({ place }) => place + 1))
}

function between(
  before: number | undefined,
  after: number | undefined,
  isWhole: boolean,
): number | undefined {
  if (before === undefined) return (after ?? 0) - 1
  if (after === undefined) return before + 1
  const middle = isWhole ? Math.floor((before + after) / 2) : (before + after) / 2
  return middle > before && middle < after ? middle : undefined
}

function makeRoom(wanted: readonly Placed[], to: number): Placed[] {
  const changed: Placed[] = []
  let last = wanted[to - 1]?.place ?? 0
  for (const [index, { id, place }] of wanted.entries()) {
    if (index < to) continue
    if (index > to && place > last) break
    last += 1
    changed.push({ id, place: last })
  }
  return changed
}
