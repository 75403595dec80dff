/** One unit of the careful path: behind a savepoint, applied whole or refused whole, naming the op that failed. */
import type { Row, Statement } from '../database.ts'
import type { ApplySession } from './apply-session.ts'
import { callOp, type RunCall } from './call.ts'
import type { Progress } from './careful.ts'
import { groupOp, type OpAnswer, payloadText } from './group.ts'
import { keptAnswer } from './idempotency.ts'
import { type PreparedUnit, stopOf } from './part.ts'
import { isUniqueViolation, meaningOf } from './sql-error.ts'
import type { AcceptedOp } from './writer.ts'

// A unit before this one has made all constraints immediate; within a unit they may wait until its end.
const OPEN: readonly Statement[] = [{ text: 'savepoint unit' }, { text: 'set constraints all deferred' }]
// Here a deferred constraint condemns the unit that breaks it, not the whole transaction at its commit.
const CLOSE: readonly Statement[] = [
  { text: 'set constraints all immediate' },
  { text: 'release savepoint unit' },
]

/** An op of a unit, and the error that it met. */
class FailedOp extends Error {
  readonly op: AcceptedOp

  constructor(op: AcceptedOp, cause: unknown) {
    super('The op failed.', { cause })
    this.op = op
  }
}

/** Runs a unit and notes in `progress` what became of it. Throws when the connection or the transaction is gone. */
export async function runUnit(
  session: ApplySession,
  progress: Progress,
  unit: PreparedUnit,
  runCall?: RunCall,
): Promise<void> {
  if (unit.cause) {
    progress.refused.push({ unit, cause: unit.cause })
    progress.done++
    return
  }
  for (let isAgain = false; ; isAgain = true) {
    try {
      progress.answers.push(...(await applyUnit(session, progress, unit, runCall)))
      progress.done++
      return
    } catch (error) {
      if (session.isLost || !(error instanceof FailedOp)) throw error
      await session.connection.query('rollback to savepoint unit')
      // Two creates of one id met: now that the other is committed, the record itself says whether it may be named.
      if (isUniqueViolation(error.cause) && !isAgain) continue
      return settleFailure(session, progress, unit, error)
    }
  }
}

async function applyUnit(
  session: ApplySession,
  progress: Progress,
  unit: PreparedUnit,
  runCall?: RunCall,
): Promise<OpAnswer[]> {
  const [only, another] = unit.ops
  if (only && !another && only.action !== 'call') {
    const statements = [...OPEN, opStatement(session, progress, unit, only), ...CLOSE]
    return answersIn(await failingAs(only, session.pipeline(statements)))
  }
  await session.pipeline(OPEN)
  const answers: OpAnswer[] = []
  for (const op of unit.ops) {
    if (op.action === 'call')
      await failingAs(op, callOp(session.connection, progress.part.author, op, runCall))
    else
      answers.push(
        ...answersIn(await failingAs(op, session.pipeline([opStatement(session, progress, unit, op)]))),
      )
  }
  await failingAs(unit.ops.at(-1) as AcceptedOp, session.pipeline(CLOSE))
  return answers
}

async function failingAs<T>(op: AcceptedOp, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new FailedOp(op, error)
  }
}

function opStatement(
  session: ApplySession,
  { part }: Progress,
  unit: PreparedUnit,
  op: AcceptedOp,
): Statement {
  const prepared = unit.prepared.find((candidate) => candidate.op === op)
  if (!prepared) throw new Error(`Op ${op.n} was not prepared.`)
  return session.statement(`select pg_temp.${session.functionOf(prepared.key)}($1::jsonb) as answer`, [
    payloadText(groupOp(part, prepared, 0)),
  ])
}

function answersIn(results: readonly Row[][]): OpAnswer[] {
  return results.flatMap(([row]) =>
    row?.['answer'] ? [JSON.parse(row['answer'] as string) as OpAnswer] : [],
  )
}

async function settleFailure(
  session: ApplySession,
  progress: Progress,
  unit: PreparedUnit,
  { op, cause }: FailedOp,
): Promise<void> {
  const { part } = progress
  const model = unit.prepared.find((prepared) => prepared.op === op)?.shape.model
  const meaning = meaningOf(cause, op, model)
  if (meaning.kind === 'busy' || meaning.kind === 'unavailable' || meaning.kind === 'stale') {
    progress.stop = stopOf(meaning.kind)
    progress.error = cause
    return
  }
  progress.done++
  // Another request with the same key may have been applied while this one waited for it.
  const { idempotencyKey, author, request } = part
  const kept =
    idempotencyKey && (await keptAnswer(session.connection, author.userId, idempotencyKey, request))
  if (kept) progress.kept = kept
  else if (meaning.kind === 'refused')
    progress.refused.push({ unit, cause: { op, refusal: meaning.refusal } })
}
