/**
 * The device's queue of writes, as a value: drawn numbers, ops not yet acknowledged, ops parked with a reason.
 *
 *   W2 exactly once   numbers have no gaps and a key each, so a repeat is recognised
 *   W3 nothing lost   an op leaves the queue acknowledged, or parked with its values and a reason
 *   W4 no blockage    a refused op is parked and the next ones go on
 */

import { indexAfter } from './batch.ts'

/** An op as it is stored and sent. Values are wire values. */
export interface QueuedOp {
  readonly n: number
  /** Random; tells this device from a copy of it. */
  readonly key: string
  /** Number of the last op of its transaction; absent for a transaction of one. */
  readonly tx?: number
  readonly model: string
  readonly id: string
  readonly action: 'create' | 'update' | 'delete'
  readonly fields?: Readonly<Record<string, unknown>>
  /** Version of the record that its author saw. */
  readonly base?: number
  readonly unlessChanged?: boolean
  /** Version of the schema that it was written with. */
  readonly schema: number
  /** ISO time of the device's clock, for display. */
  readonly at: string
}

/** An op before it has a number. */
export type OpDraft = Omit<QueuedOp, 'n' | 'key' | 'tx'>

/** Why an op was not applied. */
export interface RejectionReason {
  readonly code: string
  readonly message: string
  readonly field?: string
}

/** An op that was refused, kept with its values until its author has dealt with it. */
export interface ParkedOp {
  readonly op: QueuedOp
  /** The device it was numbered by. */
  readonly device: string
  readonly reason: RejectionReason
}

/** An acknowledged op, kept in case the database is restored to a time before it. */
interface KeptOp {
  readonly op: QueuedOp
  readonly acknowledgedAt: number
  readonly isRefused: boolean
}

export type HeldFields = Readonly<Record<string, unknown>>

export interface Outbox {
  readonly device: string
  /** The highest number drawn. */
  readonly drawn: number
  /** Key of the op with the highest number drawn. */
  readonly drawnKey: string | undefined
  /** The highest number acknowledged, and its key. */
  readonly lastOp: number
  readonly lastKey: string | undefined
  /** What acknowledged ops up to this number caused is in the rows; the ones after it are still shown. */
  readonly settledThrough: number
  /** Ops after `lastOp`, in order of their numbers. */
  readonly ops: readonly QueuedOp[]
  /** Acknowledged ops, oldest first. */
  readonly kept: readonly KeptOp[]
  readonly parked: readonly ParkedOp[]
  /**
   * What sent ops made of counters and sets, by number, where the rows may contain them already: shown instead of
   * the operators, also after a reload, until the ack.
   */
  readonly held: ReadonlyMap<number, HeldFields>
  /** Numbers of ops that are shown only once they are in the rows. */
  readonly hidden: readonly number[]
  /** Why ops go without their content, by number: the server would not take it. */
  readonly unfit: Readonly<Record<number, string>>
  /** Rejections up to this number are kept here, so the server need not repeat them. */
  readonly read: number
}

/** An outbox with nothing in it. */
export function emptyOutbox(device: string): Outbox {
  return {
    device,
    drawn: 0,
    drawnKey: undefined,
    lastOp: 0,
    lastKey: undefined,
    settledThrough: 0,
    ops: [],
    kept: [],
    parked: [],
    held: new Map(),
    hidden: [],
    unfit: {},
    read: 0,
  }
}

/** Numbers the ops of one transaction and queues them. */
export function enqueue(
  outbox: Outbox,
  drafts: readonly OpDraft[],
  newKey: () => string,
): { readonly outbox: Outbox; readonly ops: readonly QueuedOp[] } {
  const last = outbox.drawn + drafts.length
  const ops = drafts.map((draft, index) => ({
    n: outbox.drawn + index + 1,
    key: newKey(),
    ...(drafts.length > 1 && { tx: last }),
    ...draft,
  }))
  const drawnKey = ops.at(-1)?.key ?? outbox.drawnKey
  return { outbox: { ...outbox, drawn: last, drawnKey, ops: [...outbox.ops, ...ops] }, ops }
}

/** A rejection as an ack brings it. */
export interface Rejected extends RejectionReason {
  readonly n: number
}

/** What an ack settles. */
export interface Acknowledged {
  readonly outbox: Outbox
  readonly applied: readonly QueuedOp[]
  readonly parked: readonly ParkedOp[]
}

/** Takes the acknowledged ops out of the queue; refused ones are parked. */
export function acknowledge(
  outbox: Outbox,
  lastOp: number,
  rejected: readonly Rejected[],
  now: number,
): Acknowledged {
  const end = indexAfter(outbox.ops, lastOp)
  const settled = outbox.ops.slice(0, end)
  const reasons = new Map(rejected.map((rejection) => [rejection.n, rejection]))
  const parked = settled.flatMap((op) => {
    const reason = reasons.get(op.n)
    return reason ? [{ op, device: outbox.device, reason: reasonOf(reason, outbox.unfit[op.n]) }] : []
  })
  const last = settled.at(-1)
  const next: Outbox = {
    ...outbox,
    lastOp: last?.n ?? outbox.lastOp,
    lastKey: last?.key ?? outbox.lastKey,
    ops: outbox.ops.slice(end),
    kept: keep(outbox.kept, settled, reasons, now),
    parked: withParked(outbox, settled, parked),
    unfit: stillUnfit(outbox.unfit, lastOp),
    read: Math.max(outbox.read, ...reasons.keys()),
  }
  return { outbox: next, applied: settled.filter((op) => !reasons.has(op.n)), parked }
}

function stillUnfit(unfit: Outbox['unfit'], lastOp: number): Outbox['unfit'] {
  return Object.fromEntries(Object.entries(unfit).filter(([n]) => Number(n) > lastOp))
}

function reasonOf({ code, message, field }: Rejected, unfit: string | undefined): RejectionReason {
  return unfit === undefined ? { code, message, field } : { code: 'too_large', message: unfit }
}

/** An op that comes back, from a database that was restored, ends as it did last. */
function withParked(
  outbox: Outbox,
  settled: readonly QueuedOp[],
  parked: readonly ParkedOp[],
): readonly ParkedOp[] {
  // The same list says that nothing of it is to be stored.
  if (outbox.parked.length + parked.length === 0) return outbox.parked
  const keys = new Set(settled.map(({ key }) => key))
  return [...outbox.parked.filter(({ op }) => !keys.has(op.key)), ...parked]
}

// 7 days: how long an acknowledged op can be sent again to a restored database.
const KEPT_MS = 7 * 24 * 60 * 60 * 1000
// 10,000: the work of weeks for a person, and a few megabytes.
const MOST_KEPT = 10_000

function keep(
  kept: readonly KeptOp[],
  settled: readonly QueuedOp[],
  refused: ReadonlyMap<number, unknown>,
  now: number,
): readonly KeptOp[] {
  if (settled.length === 0) return kept
  const fresh = settled.map((op) => ({ op, acknowledgedAt: now, isRefused: refused.has(op.n) }))
  const all = [...kept, ...fresh].slice(-MOST_KEPT)
  // They are in order of time, and those of now are kept.
  return all.slice(all.findIndex(({ acknowledgedAt }) => acknowledgedAt > now - KEPT_MS))
}

/** Everything that ops up to this number caused is in the rows: they need not be shown any more. */
export function settleThrough(outbox: Outbox, n: number): Outbox {
  if (n <= outbox.settledThrough) return outbox
  const hidden = outbox.hidden.filter((number) => number > n)
  return { ...outbox, settledThrough: n, held: withHeld(outbox, (held) => held > n), hidden }
}

/** The held fields of the ops whose numbers pass. */
export function withHeld({ held }: Outbox, passes: (n: number) => boolean): Outbox['held'] {
  return new Map([...held].filter(([n]) => passes(n)))
}

/** The ops that are shown, oldest first: not acknowledged, or acknowledged and not yet in the rows. */
export function shownOps({ kept, ops, settledThrough, hidden }: Outbox): QueuedOp[] {
  const unsettled = kept.filter(({ op, isRefused }) => op.n > settledThrough && !isRefused)
  return [...unsettled.map(({ op }) => op), ...ops].filter(({ n }) => !hidden.includes(n))
}

/** Takes a parked op out of the list: its author has dealt with it. */
export function dismiss(outbox: Outbox, key: string): Outbox {
  const parked = outbox.parked.filter(({ op }) => op.key !== key)
  return parked.length < outbox.parked.length ? { ...outbox, parked } : outbox
}
