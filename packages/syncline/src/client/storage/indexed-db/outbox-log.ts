/**
 * The outbox as a log: what differs between the outbox that is stored and the one that is to be.
 *
 * A write adds one small run of ops instead of the whole queue; every so often the runs are written as one. A plan
 * that was carried out in part, or twice, leaves what carrying it out once leaves.
 */
import type { Outbox, ParkedOp, QueuedOp } from '../../outbox/outbox.ts'
import type { StoredDevice } from '../storage.ts'

/** Ops that were written together, under the number of the first. */
export interface Run {
  readonly first: number
  readonly ops: readonly QueuedOp[]
}

/** What an ack said of the ops after the one before. */
export interface StoredAck {
  readonly through: number
  readonly at: number
  readonly refused: readonly number[]
}

/** The changes of one commit. */
export interface OutboxPlan {
  readonly runs: readonly Run[]
  readonly acks: readonly StoredAck[]
  /** Runs and acks of lower numbers only are forgotten, before others are written; `Infinity` leaves none. */
  readonly dropRunsBefore: number
  readonly dropAcksBefore: number
  /** Absent where they are the same. */
  readonly parked: readonly ParkedOp[] | undefined
  /** New ops, or refusals of which the server will hear that they are kept here, must outlast a power cut. */
  readonly isStrict: boolean
  /** Where runs begin afterwards. */
  readonly starts: readonly number[]
}

// 128: a run of its own for each of them is read back in a few milliseconds.
const MOST_RUNS = 128

/** Plans what makes the stored outbox the next one; `starts` says where the stored runs begin. */
export function planOutbox(
  before: StoredDevice | undefined,
  { outbox }: StoredDevice,
  starts: readonly number[],
): OutboxPlan {
  const stored = before?.outbox
  const isSuccessor = stored?.device === outbox.device && outbox.lastOp >= stored.lastOp
  if (!stored || !isSuccessor || starts.length >= MOST_RUNS) return wholePlan(stored, outbox)
  const settled = tail(outbox.kept, ({ op }) => op.n > stored.drawn)
  const run = [...settled.map(({ op }) => op), ...tail(outbox.ops, ({ n }) => n > stored.drawn)]
  const keptFrom = firstKept(outbox)
  const [first] = run
  const all = first ? [...starts, first.n] : starts
  const kept = all.filter((_start, at) => (all[at + 1] ?? Number.POSITIVE_INFINITY) > keptFrom)
  return {
    runs: first ? [{ first: first.n, ops: run }] : [],
    acks: acksOf(outbox, stored.lastOp),
    dropRunsBefore: kept[0] ?? keptFrom,
    dropAcksBefore: keptFrom,
    parked: outbox.parked === stored.parked ? undefined : outbox.parked,
    isStrict: run.length > 0 || outbox.parked !== stored.parked,
    starts: kept,
  }
}

/**
 * The stored device with the ops that are not stored yet; undefined when there are none. What else has changed waits for
 * the rows that go with it.
 */
export function withUnstored(
  stored: StoredDevice | undefined,
  device: StoredDevice,
): StoredDevice | undefined {
  const { outbox } = device
  if (stored?.outbox.device !== outbox.device) return outbox.ops.length > 0 ? device : undefined
  const { drawn, ops, hidden } = stored.outbox
  if (outbox.drawn === drawn) return undefined
  const isNew = (n: number) => n > drawn
  const added = [...outbox.kept.map(({ op }) => op), ...outbox.ops].filter(({ n }) => isNew(n))
  const next = {
    drawn: outbox.drawn,
    drawnKey: outbox.drawnKey,
    ops: [...ops, ...added],
    hidden: [...hidden, ...outbox.hidden.filter(isNew)],
  }
  return { ...stored, outbox: { ...stored.outbox, ...next } }
}

// 1,000: a record of a megabyte at most, with ops of usual size.
const RUN_LENGTH = 1_000

function wholePlan(stored: Outbox | undefined, outbox: Outbox): OutboxPlan {
  const ops = [...outbox.kept.map(({ op }) => op), ...outbox.ops]
  const runs: Run[] = []
  for (let at = 0; at < ops.length; at += RUN_LENGTH) {
    const part = ops.slice(at, at + RUN_LENGTH)
    runs.push({ first: part[0]?.n ?? 0, ops: part })
  }
  return {
    runs,
    acks: acksOf(outbox, 0),
    dropRunsBefore: Number.POSITIVE_INFINITY,
    dropAcksBefore: Number.POSITIVE_INFINITY,
    parked: outbox.parked,
    isStrict: outbox.drawn > (stored?.drawn ?? 0) || outbox.parked.length > 0,
    starts: runs.map(({ first }) => first),
  }
}

/** The first op that is kept, acknowledged or not. */
export function firstKept({ kept, lastOp }: Outbox): number {
  return kept[0]?.op.n ?? lastOp + 1
}

/** What became of the kept ops after this number; ops that were acknowledged in one turn lie together. */
function acksOf({ kept }: Outbox, after: number): StoredAck[] {
  const acks: { through: number; at: number; refused: number[] }[] = []
  for (const { op, acknowledgedAt, isRefused } of tail(kept, ({ op }) => op.n > after)) {
    let last = acks.at(-1)
    if (last?.at !== acknowledgedAt) {
      last = { through: op.n, at: acknowledgedAt, refused: [] }
      acks.push(last)
    }
    last.through = op.n
    if (isRefused) last.refused.push(op.n)
  }
  return acks
}

/** The longest end of the list all of whose items pass. */
function tail<Item>(items: readonly Item[], passes: (item: Item) => boolean): readonly Item[] {
  let from = items.length
  while (from > 0 && passes(items[from - 1] as Item)) from--
  return items.slice(from)
}
