/**
 * The ops of one push: whole transactions, as many as are sent at once.
 *
 *   W3 nothing lost   a transaction that the server would not take is sent without its content, op by op, so that the
 *                     server keeps its rejection, and the device the content
 *   W4 no blockage    and what comes after it goes on
 */
import type { Outbox, QueuedOp } from './outbox.ts'

/** What one push may hold. */
export interface PushLimits {
  readonly ops: number
  /** Characters of its ops as JSON, unless the first transaction has more. */
  readonly characters: number
  /** Bytes of its ops as JSON. */
  readonly bytes: number
}

export interface Batch {
  readonly ops: readonly QueuedOp[]
  /** The key of the op before them. */
  readonly after: string | undefined
  readonly characters: number
  /** How many transactions it holds. */
  readonly count: number
}

/** Takes the next ops after `sentThrough`, of those stored; nothing when all is sent. */
export function nextBatch(
  { ops, kept, lastKey, unfit }: Pick<Outbox, 'ops' | 'kept' | 'lastKey' | 'unfit'>,
  sentThrough: number,
  storedThrough: number,
  limits: PushLimits,
): Batch | undefined {
  const from = indexAfter(ops, sentThrough)
  const stored = indexAfter(ops, storedThrough)
  const taken: QueuedOp[] = []
  let characters = 0
  let count = 0
  for (let at = from; at < stored; at = from + taken.length) {
    const op = ops[at] as QueuedOp
    const end = indexAfter(ops, op.tx ?? op.n)
    if (end > stored) break
    // One whose beginning went alone had no content either.
    const isParted = op.tx !== undefined && (ops[at - 1] ?? kept.at(-1)?.op)?.tx === op.tx
    const whole = isParted || op.n in unfit ? undefined : fitting(ops.slice(at, end), limits)
    const { part, size } = whole ?? { part: [withoutContent(op)], size: HOLLOW }
    if (count > 0 && (taken.length + part.length > limits.ops || characters + size > limits.characters)) break
    taken.push(...part)
    characters += size
    count++
  }
  return count > 0 ? { ops: taken, after: ops[from - 1]?.key ?? lastKey, characters, count } : undefined
}

// 1,000: more characters than an op without its content has, whose longest part is its id.
const HOLLOW = 1_000

interface Part {
  readonly part: readonly QueuedOp[]
  readonly size: number
}

function fitting(part: readonly QueuedOp[], { ops, bytes }: PushLimits): Part | undefined {
  if (part.length > ops) return undefined
  const text = JSON.stringify(part)
  // A character is one to three bytes.
  const isTooLong = text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes
  return isTooLong ? undefined : { part, size: text.length }
}

/** An update without `fields` is refused by every server, and applied by none. */
function withoutContent(op: QueuedOp): QueuedOp {
  return { ...op, action: 'update', fields: undefined, tx: undefined }
}

/** Index of the first op with a number above `n`; numbers are dense, so it is found by subtraction. */
export function indexAfter(ops: readonly QueuedOp[], n: number): number {
  const first = ops[0]
  return first ? Math.min(Math.max(n - first.n + 1, 0), ops.length) : 0
}
