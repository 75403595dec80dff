/**
 * The tail's read in the round trip of a writer's commit (`bench`: G1).
 *
 * A writer that knows what it has logged need not have it read back: where its transaction was the only one since the
 * tail's position, there is nothing more to ask than whether that is so. Nothing else can have been written then, of the
 * log's history and floor neither, because whatever writes takes a transaction id.
 *
 *   L1 complete   a snapshot right behind the writer's transaction, from a position that lists none as open, has seen one
 *                 more; and no number of the log was given meanwhile but those of the rows it tells, so that whatever
 *                 wrote beside it in the same transaction (a trigger, a constraint's function) is read
 */
import type { Row, Statement } from '../database.ts'
import type { SnapshotText } from '../log-row.ts'
import { type ChangeRow, toLogRows } from './change-row.ts'
import { PLACE_COLUMNS } from './continuity.ts'
import { parseSnapshot, transactionId } from './cursor.ts'
import type { PastChange } from './past.ts'
import { readStatement, type ReadResult, toPastChange, toReadResult } from './tail-reader.ts'

const PLACE: Statement = {
  name: 'syncline place',
  text: `select ${PLACE_COLUMNS}, pg_sequence_last_value('syncline.log_seq')::text as numbered`,
  values: [],
}
const NONE: ReadonlySet<string> = new Set()

/** One read along. */
export interface AlongRead {
  readonly statement: Statement
  readonly shortStatement: Statement
  /** Null when it must be read again; `own`, at least one, when the short statement was asked. */
  resultOf(answer: readonly Row[], own: readonly ChangeRow[] | undefined): ReadResult | null
}

/** What a short read answers. */
interface Place {
  readonly position: SnapshotText
  readonly readAt: string
  /** The last number that the log has given to a row. */
  readonly numbered: string | null
}

export class AlongReads {
  /** Whether the last writer's transaction was the next one; else something else writes, and a short read is in vain. */
  #wasNext = true
  /** Whether the tail itself has taken a transaction id: the next read looks at what there is, and says nothing of others. */
  #isDisturbed = false
  #isUnderWay = false
  /** A number of the log that was given before the next writer's: the last one, unless others write as well. */
  #numbered = Number.NaN
  #due: (() => void) | undefined

  /** Does what takes a transaction id: between two reads, because a short one is in vain then. */
  between(work: () => void): void {
    if (this.#isUnderWay) {
      this.#due = work
      return
    }
    this.#isDisturbed = true
    work()
  }

  /** The read that was begun last is over, whatever became of it. */
  end(): void {
    this.#isUnderWay = false
    const due = this.#due
    this.#due = undefined
    if (due) this.between(due)
  }

  /** Takes note of what was read of the log, in order. */
  note(past: readonly PastChange[] | null): void {
    const last = past?.at(-1)
    if (last) this.#numbered = last.seq
  }

  /** The read behind `from`, whose newest history row is `life`. */
  begin(from: SnapshotText, life: string | null): AlongRead {
    const statement = readStatement(from, true)
    const isDisturbed = this.#isDisturbed
    this.#isDisturbed = false
    const isShort = this.#wasNext && !isDisturbed && parseSnapshot(from).open.length === 0
    this.#isUnderWay = isShort
    return {
      statement,
      shortStatement: isShort ? PLACE : statement,
      resultOf: (answer, own) => {
        if (own && !isDisturbed) this.#wasNext = isNext(from, own)
        if (!own || !isShort) return toReadResult(answer)
        const place = answer[0] as unknown as Place
        const before = this.#numbered
        this.#numbered = Number(place.numbered)
        return areAll(own, before, this.#numbered) ? ownResult(from, life, place, own) : null
      },
    }
  }
}

/** Whether these rows, in their order, have all the numbers after one up to another. */
function areAll(own: readonly ChangeRow[], before: number, last: number): boolean {
  return (
    Number(own[0]?.seq) === before + 1 && Number(own.at(-1)?.seq) === last && last - before === own.length
  )
}

function isNext(from: SnapshotText, own: readonly ChangeRow[]): boolean {
  return transactionIdOf(own) === parseSnapshot(from).xmax
}

function transactionIdOf([change]: readonly ChangeRow[]): number {
  return transactionId((change as ChangeRow).xid)
}

function ownResult(
  from: SnapshotText,
  life: string | null,
  { position, readAt }: Place,
  own: readonly ChangeRow[],
): ReadResult | null {
  const next = transactionIdOf(own) + 1
  if (!isNext(from, own) || position !== `${next}:${next}:`) return null
  return {
    position,
    readAtMicros: Number(readAt),
    floor: 0,
    life,
    rows: toLogRows(own),
    overflowing: NONE,
    past: own.map(toPastChange),
  }
}
