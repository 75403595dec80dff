/** Arranges the ops of a group into runs of one shape, so that a group needs few calls: pure. */
import type { Author, PayloadOptions } from './payload.ts'
import type { PreparedOp } from './prepare-op.ts'

/** An op of a group, and what runs it. */
export interface GroupOp {
  readonly prepared: PreparedOp
  readonly author: Author
  readonly options: PayloadOptions
}

export interface Run {
  readonly key: string
  readonly ops: readonly GroupOp[]
  /** True when no record stands in it twice, and its ops may be one statement. */
  readonly isSet: boolean
}

// A row's trigger searches the names of all ops of its statement.
const MAX_SET = 64

interface OpenRun extends Run {
  readonly ops: GroupOp[]
  readonly records: Set<string>
}

/**
 * Each author's ops keep their order; ops of different authors came at the same time and have none. An op joins the
 * first run of its shape that may take it and does not stand before the author's op before it.
 */
export function toRuns(authors: Iterable<readonly GroupOp[]>, isAlone: (key: string) => boolean): Run[] {
  const runs: OpenRun[] = []
  const placesOf = new Map<string, number[]>()
  for (const ops of authors) {
    let earliest = 0
    for (const op of ops) {
      const { key } = op.prepared
      const record = op.prepared.op.id
      const places = placesOf.get(key) ?? []
      placesOf.set(key, places)
      const later = places.filter((place) => place >= earliest)
      let place = later.find((candidate) => mayJoin(runs[candidate], record))
      if (place === undefined) {
        const isRepeated = later.some((candidate) => runs[candidate]?.records.has(record))
        const isSet = isAlone(key) && !isRepeated && record !== ''
        place = runs.push({ key, ops: [], isSet, records: new Set() }) - 1
        places.push(place)
      }
      runs[place]?.ops.push(op)
      runs[place]?.records.add(record)
      earliest = place
    }
  }
  return runs
}

function mayJoin(run: OpenRun | undefined, record: string): boolean {
  return run !== undefined && (!run.isSet || (run.ops.length < MAX_SET && !run.records.has(record)))
}
