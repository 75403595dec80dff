/**
 * What the database knows of a device, and what that says of a push: pure.
 *
 *   W2 exactly once   an op number up to `lastOp` is a repeat, only the next one applies, a later one is a gap
 *   W3 nothing lost   a copied device (cloned profile, restored phone) is told so, never answered with another's results
 */
import { keyHash } from './key-hash.ts'
import { toUnits, type Unit } from './unit.ts'
import type { AcceptedOp, Push } from './writer.ts'

/** How many keys of its last ops a device row remembers, to recognise copies that push what the original has pushed. */
export const REMEMBERED_KEYS = 32

/** A device row. */
export interface DeviceState {
  readonly userId: string
  readonly lastOp: number
  readonly lastKey?: string
  /** Hashes of the keys of the last ops, the newest last; 0 for an op without a key, but not in front. */
  readonly recentKeys: readonly number[]
  /** Transaction that moved it last; null for a device that is not known yet. */
  readonly xid: string | null
  /** Whether rejections may wait that it has not read. */
  readonly hasUnread: boolean
}

/** Why a whole push is turned away; nothing was changed. */
export interface PushRefusal {
  readonly code: string
  readonly message: string
  readonly retryAfterMs?: number
}

/** What a push comes to: turned away, a gap, or the units of the ops in it that are new (none: all are repeats). */
export type Verdict =
  | { readonly kind: 'refused'; readonly refused: PushRefusal }
  | { readonly kind: 'gap'; readonly expected: number }
  | { readonly kind: 'fresh'; readonly units: readonly Unit<AcceptedOp>[] }

/** A device's row, and what it says of a push. */
export interface Judged {
  readonly state: DeviceState
  readonly verdict: Verdict
}

/** The state of a device that has never pushed. */
export function newDevice(userId: string): DeviceState {
  return { userId, lastOp: 0, recentKeys: [], xid: null, hasUnread: false }
}

/** Judges a push, which holds at most `mostOps`, against the device's row, before anything is written. */
export function judgePush(state: DeviceState, push: Push, mostOps: number): Verdict {
  if (state.userId !== push.user.id) return refused('device_taken', deviceTaken(push.device))
  const limited = push.ops.find((op) => op.fault?.code === 'rate_limited')?.fault
  if (limited) return refused(limited.code, limited.message)
  if (isCopied(state, push)) return refused('device_copied', deviceCopied(push.device, state.lastOp))
  const fresh = push.ops.filter((op) => op.n > state.lastOp)
  const misplaced = fresh.findIndex((op, index) => op.n !== state.lastOp + 1 + index)
  if (misplaced >= 0) return { kind: 'gap', expected: state.lastOp + 1 }
  const arranged = toUnits(fresh, mostOps)
  if (arranged.split) return refused('split_transaction', splitTransaction(arranged.split))
  return { kind: 'fresh', units: arranged.units }
}

/** The row after these ops, the next numbers of the device, have been dealt with. */
export function advanced(state: DeviceState, ops: readonly AcceptedOp[]): DeviceState {
  const last = ops.at(-1)
  if (!last) return state
  const keys = ops.slice(-REMEMBERED_KEYS).map((op) => keyHash(op.key))
  return {
    ...state,
    lastOp: last.n,
    lastKey: last.key,
    recentKeys: withoutNone([...state.recentKeys, ...keys].slice(-REMEMBERED_KEYS)),
  }
}

/** Without what says nothing in front of the others: a device whose ops have no keys has none to remember. */
function withoutNone(keys: readonly number[]): readonly number[] {
  if (keys[0] !== 0) return keys
  const first = keys.findIndex((key) => key !== 0)
  return first < 0 ? [] : keys.slice(first)
}

function isCopied(state: DeviceState, push: Push): boolean {
  const first = push.ops[0]
  if (first && push.after !== undefined && differs(state, first.n - 1, push.after)) return true
  return push.ops.some((op) => op.n <= state.lastOp && op.key !== undefined && differs(state, op.n, op.key))
}

/** Whether the device row remembers another key for this op. */
function differs(state: DeviceState, n: number, key: string): boolean {
  if (n === state.lastOp && state.lastKey !== undefined) return state.lastKey !== key
  const remembered = state.recentKeys[state.recentKeys.length - 1 - (state.lastOp - n)]
  return n <= state.lastOp && remembered !== undefined && remembered !== 0 && remembered !== keyHash(key)
}

function refused(code: string, message: string): Verdict {
  return { kind: 'refused', refused: { code, message } }
}

function deviceTaken(device: string): string {
  return `Device \`${device}\` belongs to another user. Each user of a browser profile or installation needs a device id of their own: make a new random one.`
}

function deviceCopied(device: string, lastOp: number): string {
  return `Device \`${device}\` has already sent other ops up to ${lastOp}: this one is a copy of it (a cloned profile, a restored phone). Take a new device id and let the user decide about the unsent ops.`
}

function splitTransaction(op: AcceptedOp): string {
  return `Op ${op.n} belongs to transaction ${op.tx}, and the push ends before it. Send every op of a transaction, up to the one numbered ${op.tx}, in one push.`
}
