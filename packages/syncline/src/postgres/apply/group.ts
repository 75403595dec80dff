/**
 * The fast path: a group of parts in one transaction and one round trip, all or nothing.
 *
 * Flow: begin; device rows, sorted; records, sorted, unless one statement writes them all and meets nobody; runs of ops,
 * one function call each; rejections of what was refused beforehand; commit. A lone op is one statement. Whatever is
 * wrong with one op fails the whole group, which then goes the careful way.
 *
 *   W1 durable        what is answered is committed
 *   W2 exactly once   device rows move in the same transaction as the changes
 */
import { writerList } from '../capture/writer-setting.ts'
import type { Statement } from '../database.ts'
import type { ReadAlong } from '../log/tail.ts'
import { QUIET } from '../log/wake.ts'
import type { ApplySession } from './apply-session.ts'
import { advanceStatement, type DeviceMove } from './advance-statement.ts'
import { commitAlone } from './commit-alone.ts'
import { advanced, type DeviceState } from './device-state.ts'
import { BRIEF_LOCK_TIMEOUT, lockStatements } from './lock-statements.ts'
import type { Part, PartResult, PreparedUnit } from './part.ts'
import { rejectionsOf } from './part.ts'
import { payloadOf, settingOf } from './payload.ts'
import type { PreparedOp } from './prepare-op.ts'
import { rejectionsStatement } from './rejections-statement.ts'
import { type GroupOp, type Run, toRuns } from './runs.ts'
import { columnValues } from './set-columns.ts'
import type { Conflict, KeptConflict, Rejection } from './writer.ts'

/** Answer of a shape's function about one op. */
export interface OpAnswer {
  readonly i: number
  readonly version: number
  readonly id: string
  /** The entries of its author; absent where nothing is answered but the write. */
  readonly conflicts?: readonly Conflict[] | null
}

/** The ops of a group by place; what a refusal names. */
interface Placed {
  readonly part: number
  readonly op: GroupOp
}

/** A group that is ready to be sent. */
export interface Group {
  readonly parts: readonly Part[]
  readonly ops: readonly Placed[]
}

/** Numbers the ops of the parts. Units that are refused already have none. */
export function groupOf(parts: readonly Part[]): Group {
  const ops: Placed[] = []
  parts.forEach((part, index) => {
    for (const unit of part.units) {
      if (unit.cause) continue
      for (const prepared of unit.prepared) ops.push({ part: index, op: groupOp(part, prepared, ops.length) })
    }
  })
  return { parts, ops }
}

export function groupOp(part: Part, prepared: PreparedOp, place: number): GroupOp {
  const { ifVersion, idempotencyKey, request, author } = part
  const options = { place, ifVersion, idempotencyKey, request, isAnswered: part.state === undefined }
  return { prepared, author, options }
}

/** JSON text for the function of an op that stands alone. */
export function payloadText({ prepared, author, options }: GroupOp): string {
  return payloadOf(prepared, author, options)
}

/** How a group is committed. */
export interface CommitOptions {
  /** The others have waited once already: this time no lock is waited for. */
  readonly isRetried?: boolean
  /** Goes along with a lone op: the log is read in the round trip of the commit (`bench`: G1). */
  readonly readAlong?: ReadAlong
  /** The transaction wakes nobody: whoever asked for it wakes the tail of this process. */
  readonly isQuiet?: boolean
}

/** Commits the group, or throws what its first failure was and leaves nothing. */
export async function commitGroup(
  session: ApplySession,
  group: Group,
  { isRetried = false, isQuiet = false, readAlong }: CommitOptions = {},
): Promise<PartResult[]> {
  const moved = group.parts.map(movedState)
  const moves = movesOf(group.parts, moved)
  const lone = group.ops[0]
  if (!isRetried && lone && group.ops.length === 1 && !group.parts.some(hasRefused)) {
    const { xid, answers } = await commitAlone(session, moves, lone.op, { isQuiet, readAlong })
    return resultsOf(group, moved, xid, answers)
  }
  const statements = groupStatements(session, group, moves, { isRetried, isQuiet })
  const answers = await session.pipeline(statements)
  const xid = answers[isRetried ? 2 : 1]?.[0]?.['xid'] as string
  const given = answers.flatMap((rows) =>
    rows[0]?.['answers'] ? (JSON.parse(rows[0]['answers'] as string) as (OpAnswer | Changed | null)[]) : [],
  )
  for (const answer of given) if (answer && 'changed' in answer) session.tableChanged(answer.changed)
  return resultsOf(
    group,
    moved,
    xid,
    given.filter((answer) => answer !== null && 'i' in answer),
  )
}

function groupStatements(
  session: ApplySession,
  group: Group,
  moves: readonly DeviceMove[],
  { isRetried, isQuiet }: CommitOptions,
): Statement[] {
  const runs = toRuns(byAuthor(group), (key) => session.habitOf(key))
  // A set that is the whole group locks its records itself, in any order. It may meet a transaction that has them in
  // another one (the slow lane's, or anybody's who writes by themselves): then it gives up a lock after its timeout, or
  // PostgreSQL ends it for the deadlock, and its ops are tried again one by one. Where other processes write groups too,
  // that would be all the time.
  const locksItself =
    isQuiet && !isRetried && runs.length === 1 && runs.every((run) => isLoggedSet(session, run))
  const locked = locksItself ? [] : group.ops.map(({ op }) => op.prepared)
  const rejections = group.parts.flatMap((part) => rejectedOf(part).map((rejection) => ({ part, rejection })))
  return [
    { text: isQuiet ? `begin; select ${QUIET}` : 'begin' },
    ...(isRetried ? [{ text: `set local lock_timeout = '${BRIEF_LOCK_TIMEOUT}'` }] : []),
    namedAs(session, advanceStatement(moves)),
    ...lockStatements(locked).map((statement) => namedAs(session, statement)),
    ...runStatements(session, runs),
    ...(rejections.length === 0 ? [] : [namedAs(session, rejectionsStatement(rejections))]),
    { text: 'commit' },
  ]
}

/** Among the answers of a set: the name of its function, when its table has changed since that was made. */
interface Changed {
  readonly changed: string
}

// Each run is a sub-block; more than 64 in one transaction slow down every snapshot.
const MAX_RUNS_CAUGHT = 32

function runStatements(session: ApplySession, runs: readonly Run[]): Statement[] {
  return runs.map((run) => {
    const name = session.functionOf(run.key)
    const [only, another] = run.ops
    if (runs.length > MAX_RUNS_CAUGHT && only && !another) {
      return session.statement(`select jsonb_build_array(pg_temp.${name}_one($1::jsonb)) as answers`, [
        payloadText(only),
      ])
    }
    if (isLoggedSet(session, run)) {
      const values = columnValues(run.ops)
      const parameters = values.map((_, index) => `$${index + 1}`).join(', ')
      return session.statement(`select pg_temp.${name}_set(${parameters}) as answers`, values)
    }
    const list = run.isSet && another ? listOf(run.ops) : undefined
    const hasSetting = list === undefined
    const payloads = run.ops.map(({ prepared, author, options }) =>
      payloadOf(prepared, author, { ...options, hasSetting }),
    )
    const all = `[${payloads.join(',')}]`
    return list === undefined
      ? session.statement(`select pg_temp.${name}_all($1::jsonb) as answers`, [all])
      : session.statement(`select pg_temp.${name}_set($1::jsonb, $2) as answers`, [all, list])
  })
}

/** Whether the run is one statement that stamps and logs by itself. */
function isLoggedSet(session: ApplySession, { key, ops, isSet }: Run): boolean {
  return isSet && ops.length > 1 && session.habitOf(key) === 'logged'
}

function listOf(ops: readonly GroupOp[]): string | undefined {
  return writerList(ops.map(({ prepared, author }) => settingOf(prepared, author)))
}

function namedAs(session: ApplySession, { text, values }: Statement): Statement {
  return session.statement(text, values)
}

function byAuthor(group: Group): GroupOp[][] {
  const lists: GroupOp[][] = group.parts.map(() => [])
  for (const { part, op } of group.ops) lists[part]?.push(op)
  return lists
}

function rejectedOf(part: Part): Rejection[] {
  return part.units.flatMap((unit) => (unit.cause ? rejectionsOf(unit, unit.cause) : []))
}

/** The device rows after each part; undefined for a write without a device. */
type Moved = readonly (DeviceState | undefined)[]

function movesOf(parts: readonly Part[], moved: Moved): DeviceMove[] {
  const moves: DeviceMove[] = []
  parts.forEach(({ author: { device }, state }, index) => {
    const to = moved[index]
    if (device !== undefined && state && to) moves.push({ device, from: state, to })
  })
  return moves
}

function movedState({ state, units }: Part): DeviceState | undefined {
  if (!state) return undefined
  const [only, another] = units
  const ops = only && !another ? only.ops : units.flatMap((unit) => unit.ops)
  const after = advanced(state, ops)
  return !after.hasUnread && units.some(isRefused) ? { ...after, hasUnread: true } : after
}

function hasRefused({ units }: Part): boolean {
  return units.some(isRefused)
}

function isRefused({ cause }: PreparedUnit): boolean {
  return cause !== undefined
}

function resultsOf(
  { parts, ops }: Group,
  moved: Moved,
  xid: string,
  answers: readonly OpAnswer[],
): PartResult[] {
  const byPart = answers.length === 0 ? [] : parts.map((): OpAnswer[] => [])
  for (const answer of answers) byPart[ops[answer.i]?.part ?? 0]?.push(answer)
  return parts.map(({ units }, index) => {
    const cause = units.find(isRefused)?.cause
    const state = moved[index]
    const own = byPart[index] ?? NONE
    return {
      xid,
      done: units.length,
      conflicts: conflictsOf(own),
      hasRefused: cause !== undefined,
      ...(state ? { state: { ...state, xid } } : { written: writtenOf(own[0]), refusal: cause?.refusal }),
    }
  })
}

const NONE: readonly OpAnswer[] = []

function writtenOf(answer: OpAnswer | undefined): PartResult['written'] {
  return answer && { version: answer.version, id: answer.id }
}

/** The entries that the ops have made for their author. */
export function conflictsOf(answers: readonly OpAnswer[]): KeptConflict[] {
  return answers.length === 0 ? [] : answers.flatMap(({ conflicts }) => ownOf(conflicts ?? []))
}

/** The functions answer those of an op's author alone. */
export function ownOf(conflicts: readonly Conflict[]): KeptConflict[] {
  return conflicts.map((conflict) => ({ ...conflict, isOwn: true }))
}
