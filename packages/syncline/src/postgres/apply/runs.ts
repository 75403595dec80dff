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

// A row's trigger searches the names of all ops of its statement. Without triggers, one for a whole group pays
// (`bench`: G6), though when it fails, all of its ops go one by one.
const MAX_SET = { none: 0, triggered: 64, logged: 1_024 } as const

/** How ops of a shape may stand in one statement: not at all, with their triggers, or logging by itself. */
export type SetHabit = keyof typeof MAX_SET

interface OpenRun extends Run {
  readonly ops: GroupOp[]
  readonly records: Set<string>
  /** Most ops of it while it is a set; 0 when it never was one. */
  readonly maxSet: number
  /** Begun by a record that stands in a run before it: it takes that again, and is no set any more. */
  readonly isSecond: boolean
  isSet: boolean
}

/**
 * Each author's ops keep their order; ops of different authors came at the same time and have none. An op joins the
 * first run of its shape that may take it and does not stand before the author's op before it.
 */
export function toRuns(authors: Iterable<readonly GroupOp[]>, habitOf: (key: string) => SetHabit): Run[] {
  const runs: OpenRun[] = []
  const placesOf = new Map<string, number[]>()
  for (const ops of authors) {
    let last = -1
    for (const op of ops) {
      const { key } = op.prepared
      const record = op.prepared.op.id
      const isStepwise = goesStepByStep(op)
      const line = isStepwise ? `${key} step by step` : key
      let places = placesOf.get(line)
      if (!places) placesOf.set(line, (places = []))
      const later = (place: number) => place >= last
      let place = places.find((each) => later(each) && mayJoin(runs[each], record, each === last))
      if (place === undefined) {
        const isSecond = places.some((each) => later(each) && runs[each]?.records.has(record))
        const maxSet = record === '' || isStepwise ? 0 : MAX_SET[habitOf(key)]
        place = runs.push({ key, ops: [], isSet: maxSet > 0, records: new Set(), maxSet, isSecond }) - 1
        places.push(place)
      }
      join(runs[place] as OpenRun, op, record)
      last = place
    }
  }
  return runs
}

/** Keyed and conditional writes are never part of a set: their function alone looks after that. */
export function goesStepByStep({ options }: GroupOp): boolean {
  return options.idempotencyKey !== undefined || options.ifVersion !== undefined
}

/** A run that goes op by op takes what it must: a record again, or what its author writes next. */
function mayJoin(run: OpenRun | undefined, record: string, isNext: boolean): boolean {
  if (!run || run.maxSet === 0) return run !== undefined
  if (run.records.has(record)) return run.isSecond
  return run.isSet ? run.ops.length < run.maxSet : isNext
}

function join(run: OpenRun, op: GroupOp, record: string): void {
  if (run.records.has(record)) run.isSet = false
  run.ops.push(op)
  run.records.add(record)
}
