/**
 * Moving a record to another place of its list: which numbers to write so that the order comes out as wanted.
 *
 * Mostly one record gets a number between its new neighbours'. Where there is none between them, the records that
 * follow are moved up until there is room. Tasks are moved inside their phase, and phases stand in the order of their
 * first tasks: there the lowest number stays as it is, whichever task has it.
 */

export interface Placed {
  readonly id: string
  readonly place: number
}

/**
 * Numbers to write, by id, when the record at `from` is to stand at `to`. `isPhase`: the list is the tasks of a phase,
 * which have whole numbers.
 */
export function reorder(list: readonly Placed[], from: number, to: number, isPhase: boolean): Placed[] {
  const [first] = list
  const moved = list[from]
  if (!first || !moved || from === to || to < 0 || to >= list.length) return []
  const wanted = list.filter((_, index) => index !== from)
  wanted.splice(to, 0, moved)
  return isPhase ? movedInPhase(wanted, to, first.place) : movedAnywhere(wanted, to)
}

/** The number that puts a record behind all of a list. */
export function behind(list: readonly Placed[], now: number): number {
  return Math.max(now, ...list.map(({ place }) => place + 1))
}

function movedAnywhere(wanted: readonly Placed[], to: number): Placed[] {
  const [moved] = wanted.slice(to, to + 1) as [Placed]
  const before = wanted[to - 1]?.place
  const after = wanted[to + 1]?.place
  if (before === undefined) return [{ id: moved.id, place: (after ?? 0) - 1 }]
  if (after === undefined) return [{ id: moved.id, place: before + 1 }]
  const middle = (before + after) / 2
  if (middle > before && middle < after) return [{ id: moved.id, place: middle }]
  return raised(wanted, to, before)
}

/** The first gets the lowest number; who gave it away, or came to stand elsewhere, gets one between its neighbours. */
function movedInPhase(wanted: readonly Placed[], to: number, lowest: number): Placed[] {
  const [first, ...others] = wanted as [Placed, ...Placed[]]
  const changed = first.place === lowest ? [] : [{ id: first.id, place: lowest }]
  const numbered = [{ ...first, place: lowest }, ...others]
  const at = Math.max(to, 1)
  const before = numbered[at - 1]?.place ?? lowest
  const after = numbered[at + 1]?.place ?? before + 2
  const middle = Math.floor((before + after) / 2)
  const placed = numbered[at]
  if (!placed) return changed
  const hasRoom = middle > before && middle < after
  return [...changed, ...(hasRoom ? [{ id: placed.id, place: middle }] : raised(numbered, at, before))]
}

/** Records from `at` on get the next numbers after `before`, until one has a higher one anyway. */
function raised(wanted: readonly Placed[], at: number, before: number): Placed[] {
  const changed: Placed[] = []
  let last = before
  for (const { id, place } of wanted.slice(at)) {
    if (changed.length > 0 && place > last) break
    last += 1
    changed.push({ id, place: last })
  }
  return changed
}
