/**
 * A place in the log is a PostgreSQL snapshot: what it saw is behind the reader, what it did not see is still to come.
 *
 * Transaction ids are 64 bits wide in the database and numbers here: exact up to 2^53, which a server that uses a
 * million of them each second reaches after 285 years.
 */
import type { SnapshotText } from '../log-row.ts'

/** Where a reader stands, and what it read; sealed before it leaves the server. */
export interface Cursor {
  /** Fingerprint of the past that the snapshot saw (`past.ts`), so that a cursor of another life is recognised (L4). */
  readonly history: string
  readonly snapshot: SnapshotText
  /** Hash of the schema whose rows were read. */
  readonly schema: string
}

/** A snapshot, taken apart. */
export interface Snapshot {
  /** Every transaction at or above it had not begun. */
  readonly xmax: number
  /** Transactions below `xmax` that were in progress, ascending. */
  readonly open: readonly number[]
}

/** A batch asks for its two snapshots once per row; a table of many would cost each new one more (`bench`: G3). */
const REMEMBERED = 8
const texts: SnapshotText[] = Array.from({ length: REMEMBERED }, () => '')
const parsed: Snapshot[] = Array.from({ length: REMEMBERED }, () => ({ xmax: 0, open: [] }))
let next = 0

/** Reads `xmin:xmax:xip,…`; throws a TypeError for anything else. */
export function parseSnapshot(text: SnapshotText): Snapshot {
  const place = text === '' ? -1 : texts.indexOf(text)
  if (place >= 0) return parsed[place] as Snapshot
  const snapshot = quietSnapshot(text) ?? busySnapshot(text)
  texts[next] = text
  parsed[next] = snapshot
  next = (next + 1) % REMEMBERED
  return snapshot
}

const NONE_OPEN: readonly number[] = []
const COLON = 58
const ZERO = 48

/** Reads `xmin:xmax:`, as most are; null for what is not written so. */
function quietSnapshot(text: SnapshotText): Snapshot | null {
  const middle = text.indexOf(':')
  const end = text.length - 1
  if (middle < 1 || middle > end - 2 || text.charCodeAt(end) !== COLON) return null
  let number = 0
  for (let at = 0; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (at === middle) number = 0
    else if (digit < 0 || digit > 9) return null
    else number = number * 10 + digit
  }
  return { xmax: transactionId(number), open: NONE_OPEN }
}

function busySnapshot(text: SnapshotText): Snapshot {
  const parts = /^\d+:(\d+):((?:\d+,)*\d+)?$/.exec(text)
  if (!parts) {
    throw new TypeError(
      `"${text.slice(0, 80)}" is not a snapshot. It is written as pg_current_snapshot() prints it: xmin:xmax:xip,…`,
    )
  }
  const open = parts[2] ? parts[2].split(',').map(transactionId) : []
  return { xmax: transactionId(parts[1] as string), open: open.sort((a, b) => a - b) }
}

/** The number of a transaction; throws a RangeError where a number is no longer exact. */
export function transactionId(xid: string | number): number {
  const number = Number(xid)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new RangeError(`Transaction id ${xid} is not an integer between 0 and ${Number.MAX_SAFE_INTEGER}.`)
}

/** Whether the snapshot saw what this transaction committed. */
export function isVisible(xid: string | number, snapshot: SnapshotText): boolean {
  const { xmax, open } = parseSnapshot(snapshot)
  const id = transactionId(xid)
  return id < xmax && !includes(open, id)
}

/** Tells of many transactions whether the snapshot saw what they committed. */
export function visibleIn(snapshot: SnapshotText): (xid: number) => boolean {
  const { xmax, open } = parseSnapshot(snapshot)
  return (xid) => xid < xmax && !includes(open, xid)
}

/** An integer that rises with every commit: transactions the snapshot saw as ended. Comparable within one history. */
export function position(snapshot: SnapshotText): number {
  const { xmax, open } = parseSnapshot(snapshot)
  return xmax - open.length
}

/** Whether `later` saw everything that `earlier` saw. True for equal snapshots. */
export function covers(later: SnapshotText, earlier: SnapshotText): boolean {
  if (later === earlier) return true
  const after = parseSnapshot(later)
  const before = parseSnapshot(earlier)
  const isSeenBefore = (xid: number) => xid < before.xmax && !includes(before.open, xid)
  if (after.open.some(isSeenBefore)) return false
  const beyond = before.open.filter((xid) => xid >= after.xmax).length
  return before.xmax - after.xmax <= beyond
}

/** The lowest transaction that the snapshot did not see. */
export function firstUnseen(snapshot: SnapshotText): number {
  const { xmax, open } = parseSnapshot(snapshot)
  return open[0] ?? xmax
}

function includes(sorted: readonly number[], wanted: number): boolean {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return sorted[low] === wanted
}
