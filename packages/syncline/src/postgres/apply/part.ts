/** What one push or one write gives to a group. */
import type { DeviceState } from './device-state.ts'
import type { Author } from './payload.ts'
import type { PreparedOp } from './prepare-op.ts'
import type { Refusal } from './refusal.ts'
import type { Unit } from './unit.ts'
import type { AcceptedOp, ExpectedVersion, KeptConflict, Rejection } from './writer.ts'

/** A unit whose ops have shapes (`call` ops have none), or the op that refuses it. */
export type PreparedUnit = Unit<AcceptedOp> & {
  readonly prepared: readonly PreparedOp[]
  readonly cause?: UnitRefusal
}

export interface UnitRefusal {
  readonly op: AcceptedOp
  readonly refusal: Refusal
}

/** Units of one author, in order; of a device, with its row before them. */
export interface Part {
  readonly author: Author
  readonly units: readonly PreparedUnit[]
  /** Undefined for a write without a device. */
  readonly state?: DeviceState
  readonly ifVersion?: ExpectedVersion
  readonly idempotencyKey?: string
  /** What was asked for with the key; null in the database for a writer that does not say. */
  readonly request?: string
}

/** Somebody holds a lock; another process moved the device row; the database cannot apply the next unit now. */
export type Stop = 'busy' | 'stale' | 'unavailable'

/** What an error at a commit stops. */
export function stopOf(kind: string): Stop {
  return kind === 'busy' || kind === 'stale' ? kind : 'unavailable'
}

/** What became of a part in a transaction that is committed. */
export interface PartResult {
  readonly xid: string
  /** How many of its units are done; the others are still to do. */
  readonly done: number
  /** The device row after them. */
  readonly state?: DeviceState
  readonly conflicts: readonly KeptConflict[]
  /** For a write without a device: its answer. */
  readonly written?: { readonly version: number; readonly id: string }
  readonly repeated?: boolean
  readonly refusal?: Refusal
  /** True when some unit was refused. */
  readonly hasRefused: boolean
  /** Why units are left. */
  readonly stop?: Stop
  readonly error?: unknown
}

/** Nothing of the part was applied, and why. */
export function stoppedResult(part: Part, stop: Stop, error: unknown): PartResult {
  const state = part.state ? { state: part.state } : {}
  return { xid: '', done: 0, conflicts: [], hasRefused: false, stop, error, ...state }
}

/** Longest name of a model, a field or a record that a rejection repeats. */
const MAX_NAME_LENGTH = 255

/** The rejections of a refused unit: the cause with its reason, the others naming it. */
export function rejectionsOf(unit: Unit<AcceptedOp>, { op: cause, refusal }: UnitRefusal): Rejection[] {
  return unit.ops.map((op) => {
    const place = {
      n: op.n,
      model: storable(op.model),
      id: storable(op.shownId ?? op.id),
      ...(unit.tx === undefined ? {} : { tx: unit.tx }),
    }
    if (op !== cause) {
      const message = `Nothing of transaction ${unit.tx} was written, because its op ${cause.n} was refused (\`${refusal.code}\`). Correct that one and send all again.`
      return { ...place, code: 'aborted', message }
    }
    const field = refusal.field === undefined ? {} : { field: storable(refusal.field) }
    return { ...place, code: refusal.code, message: withoutUnstorable(refusal.message), ...field }
  })
}

/** What a refused op calls itself may be anything; a rejection must fit the database. */
function storable(name: string): string {
  return withoutUnstorable(name.slice(0, MAX_NAME_LENGTH))
}

// With the u flag a surrogate matches only when it stands alone.
function withoutUnstorable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- PostgreSQL stores every control character but this one.
  return text.replace(/[\u0000\ud800-\udfff]/gu, '\ufffd')
}
