/**
 * The careful path: units one by one in sub-blocks of one transaction, so that each is applied or refused alone.
 *
 * Flow: begin; device rows, then records, sorted, leaving out whatever somebody else holds; each unit behind a
 * savepoint; then rejections, device rows, commit.
 *
 *   W1 durable       what is answered is committed
 *   W2 exactly once  device rows move in the same transaction as the changes, and only past units that are done
 *   W3 nothing lost  a refused unit leaves its rejections, in the same transaction
 *   W4 no blockage   a unit that somebody's lock stops ends its device's turn; nobody else waits for it
 */
import type { Row, Statement } from '../database.ts'
import { advanceStatement, lockDevicesStatement } from './advance-statement.ts'
import type { ApplySession } from './apply-session.ts'
import type { RunCall } from './call.ts'
import { runUnit } from './careful-unit.ts'
import { advanced } from './device-state.ts'
import { conflictsOf, type OpAnswer, ownOf } from './group.ts'
import { keepRefusalStatement, type KeptAnswer } from './idempotency.ts'
import { BRIEF_LOCK_TIMEOUT, existingStatements, lockStatements, recordsOf } from './lock-statements.ts'
import { lostValuesStatement } from './lost-values.ts'
import {
  type Part,
  type PartResult,
  type PreparedUnit,
  rejectionsOf,
  type Stop,
  type UnitRefusal,
} from './part.ts'
import { rejectionsStatement } from './rejections-statement.ts'
import type { Conflict, KeptConflict } from './writer.ts'

export interface CarefulOptions {
  /** False in the slow lane, which waits for locks as long as its connection allows. */
  readonly skipsLocked: boolean
  /** Runs `call` ops; absent where they never come. */
  readonly runCall?: RunCall
}

/** What is known of a part while its units run. */
export interface Progress {
  readonly part: Part
  done: number
  stop?: Stop
  /** Why it stopped. */
  error?: unknown
  readonly answers: OpAnswer[]
  readonly refused: { readonly unit: PreparedUnit; readonly cause: UnitRefusal }[]
  /** The answer that an idempotency key had already. */
  kept?: KeptAnswer
}

/** Applies the units of the parts and commits. Throws when the transaction as a whole fails. */
export async function commitCarefully(
  session: ApplySession,
  parts: readonly Part[],
  options: CarefulOptions,
): Promise<PartResult[]> {
  const all = parts.map((part): Progress => ({ part, done: 0, answers: [], refused: [] }))
  try {
    await (options.skipsLocked ? beginSkippingLocked(session, all) : beginWaiting(session, all))
    for (const progress of all) {
      for (const unit of progress.part.units) {
        if (progress.stop) break
        await runUnit(session, progress, unit, options.runCall)
      }
    }
    return await finish(session, all)
  } catch (error) {
    if (!session.isLost) await session.connection.query('rollback').catch(() => {})
    throw error
  }
}

async function beginWaiting(session: ApplySession, all: readonly Progress[]): Promise<void> {
  await session.pipeline([{ text: 'begin' }, lockDevicesStatement(devicesOf(all), false)])
}

async function beginSkippingLocked(session: ApplySession, all: readonly Progress[]): Promise<void> {
  const ops = all.flatMap(({ part }) => part.units.flatMap((unit) => (unit.cause ? [] : unit.prepared)))
  const devices = devicesOf(all)
  const locks = lockStatements(ops, true)
  const [, , gotDevices = [], knownDevices = [], ...records] = await session.pipeline([
    { text: 'begin' },
    // Short: whoever meets a lock that could not be seen beforehand goes to the slow lane, which waits.
    { text: `set local lock_timeout = '${BRIEF_LOCK_TIMEOUT}'` },
    lockDevicesStatement(devices, true),
    { text: 'select device from syncline.devices where device = any ($1)', values: [devices] },
    ...locks,
    ...existingStatements(ops),
  ])
  const heldDevices = heldOf('device', gotDevices, knownDevices)
  const heldRecords = new Set(
    locks.flatMap((_, table) => [...heldOf('id', records[table] ?? [], records[locks.length + table] ?? [])]),
  )
  for (const progress of all) {
    const { author, units } = progress.part
    const isHeld =
      (author.device !== undefined && heldDevices.has(author.device)) ||
      units.some((unit) => unit.prepared.some((op) => recordsOf(op).some(({ id }) => heldRecords.has(id))))
    if (isHeld) progress.stop = 'busy'
  }
}

/** What is there but could not be locked. */
function heldOf(column: string, got: readonly Row[], known: readonly Row[]): Set<string> {
  const held = new Set(known.map((row) => row[column] as string))
  for (const row of got) held.delete(row[column] as string)
  return held
}

function devicesOf(all: readonly Progress[]): string[] {
  return all.flatMap(({ part }) => (part.author.device === undefined ? [] : [part.author.device]))
}

async function finish(session: ApplySession, all: readonly Progress[]): Promise<PartResult[]> {
  const rejections = all.flatMap(({ part, refused }) =>
    refused.flatMap(({ unit, cause }) => rejectionsOf(unit, cause).map((rejection) => ({ part, rejection }))),
  )
  const moves = all.flatMap(({ part, done }) => {
    const to = stateAfter(part, done)
    return part.author.device !== undefined && part.state && to && done > 0
      ? [{ device: part.author.device, from: part.state, to }]
      : []
  })
  const statements: Statement[] = [advanceStatement(moves)]
  if (rejections.length > 0) statements.push(rejectionsStatement(rejections))
  const lost = all.map(({ part, refused }) =>
    lostValuesStatement(
      part.author,
      refused.map(({ cause }) => cause),
    ),
  )
  const places = lost.map((statement) => (statement ? statements.push(statement) - 1 : undefined))
  statements.push(...all.flatMap(keepRefusalStatement))
  const answers = await session.pipeline([...statements, { text: 'commit' }])
  const xid = answers[0]?.[0]?.['xid'] as string
  return all.map((progress, index) => {
    const kept = answers[places[index] ?? -1] ?? []
    return resultOf(progress, xid, kept.flatMap(keptIn))
  })
}

function keptIn({ conflicts }: Row): KeptConflict[] {
  return typeof conflicts === 'string' ? ownOf(JSON.parse(conflicts) as Conflict[]) : []
}

function stateAfter(part: Part, done: number): Part['state'] {
  return (
    part.state &&
    advanced(
      part.state,
      part.units.slice(0, done).flatMap((unit) => unit.ops),
    )
  )
}

function resultOf(
  { part, done, stop, error, answers, refused, kept }: Progress,
  xid: string,
  lost: readonly KeptConflict[],
): PartResult {
  const state = stateAfter(part, done)
  const hasRefused = refused.length > 0
  const answer = answers[0]
  const refusal = kept?.refusal ?? refused[0]?.cause.refusal
  const written = kept?.written ?? (answer && { version: answer.version, id: answer.id })
  return {
    xid,
    done,
    conflicts: [...conflictsOf(answers), ...lost],
    hasRefused,
    ...(stop ? { stop, error } : {}),
    ...(state
      ? { state: { ...state, hasUnread: state.hasUnread || hasRefused, xid: done > 0 ? xid : state.xid } }
      : {}),
    ...(part.state || !refusal ? {} : { refusal }),
    ...(part.state || !written ? {} : { written }),
    ...(kept ? { repeated: true } : {}),
  }
}
