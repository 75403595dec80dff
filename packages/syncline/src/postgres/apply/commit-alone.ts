/**
 * A lone op: one statement is its transaction, and the log is read behind it in the same round trip (`bench`: G1).
 *
 * Where its shape allows, that is an update without functions or triggers (`lone-update.ts`). What that does not write goes
 * the way of any other: it calls the shape's function, which finds out why.
 */
import type { Row, Statement } from '../database.ts'
import type { ChangeRow } from '../log/change-row.ts'
import type { ReadAlong } from '../log/tail.ts'
import { QUIET } from '../log/wake.ts'
import { advanceStatement, type DeviceMove } from './advance-statement.ts'
import type { ApplySession } from './apply-session.ts'
import type { OpAnswer } from './group.ts'
import { isSameText, loneUpdateValues } from './lone-update.ts'
import { payloadOf } from './payload.ts'
import { type GroupOp, goesStepByStep } from './runs.ts'
import { isServerError } from './sql-error.ts'

/** What was committed: the transaction's id, and what the op's function has to say. */
export interface Committed {
  readonly xid: string
  readonly answers: readonly OpAnswer[]
}

/** Commits the op, or throws what was wrong with it and leaves nothing. */
export async function commitAlone(
  session: ApplySession,
  moves: readonly DeviceMove[],
  op: GroupOp,
  { isQuiet, readAlong }: { isQuiet: boolean; readAlong: ReadAlong | undefined },
): Promise<Committed> {
  const update = updateOf(session, moves, op, isQuiet)
  const name = session.functionOf(op.prepared.key)
  if (update) {
    let answers: Row[][]
    try {
      answers = await session.pipeline(readAlong ? [update, readAlong.shortStatement] : [update])
    } catch (error) {
      // What it cannot even begin with, as a function that was dropped, is made anew next time.
      if (isServerError(error) && error.code?.startsWith('42')) session.tableChanged(name)
      throw error
    }
    const [written, read] = answers
    // More than one where an id is not unique.
    const changes = written as (Row & ChangeRow)[]
    const [first] = changes
    if (first) {
      if (read) await handOver(() => readAlong?.handOver(read, inOrder(changes)))
      return { xid: first.xid, answers: [] }
    }
  }
  // What came with the first read is old news by now: the tail reads again.
  const behind = update ? { text: isSameText(name) } : readAlong?.statement
  const called = call(session, moves, op, isQuiet)
  const [answered = [], rows] = await session.pipeline(behind ? [called, behind] : [called])
  if (update) {
    if (rows?.[0]?.['is_same'] === false) session.tableChanged(name)
  } else if (rows) await handOver(() => readAlong?.handOver(rows))
  const { xid, answer } = answered[0] as { xid: string; answer: string | null }
  return { xid, answers: answer === null ? [] : [JSON.parse(answer) as OpAnswer] }
}

function inOrder(changes: readonly ChangeRow[]): readonly ChangeRow[] {
  return changes.length === 1 ? changes : changes.toSorted((a, b) => Number(a.seq) - Number(b.seq))
}

/** What that gives others to write is written first: the op's own answer takes as long again (`bench`: G1). */
async function handOver(hand: () => void): Promise<void> {
  hand()
  await new Promise(setImmediate)
}

/** The update of a known device that needs no function. */
function updateOf(
  session: ApplySession,
  [move]: readonly DeviceMove[],
  op: GroupOp,
  isQuiet: boolean,
): Statement | undefined {
  const text = session.aloneText(op.prepared.key, isQuiet)
  // The first op of a device makes its row.
  if (text === undefined || !move || move.from.lastOp === 0 || goesStepByStep(op)) return undefined
  return session.statement(text, loneUpdateValues(move, op))
}

/** One statement is one transaction of its own: no begin, no commit. */
function call(session: ApplySession, moves: readonly DeviceMove[], op: GroupOp, isQuiet: boolean): Statement {
  const { values } = advanceStatement(moves)
  const name = session.functionOf(op.prepared.key)
  return session.statement(
    `select ${isQuiet ? `${QUIET}, ` : ''}syncline.advance($1, $2, $3, $4, $5, $6) as xid, pg_temp.${name}_one($7::jsonb) as answer`,
    [...values, payloadOf(op.prepared, op.author, op.options)],
  )
}
