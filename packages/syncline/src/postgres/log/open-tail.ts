/**
 * Opens the tail's connection: records a life, and finds out whether the tail may go on where it stood.
 *
 * A tail that starts also reads the last minute of the log, so that connections which come back to a restarted server
 * are served from memory.
 */
import type { Connection, Database } from '../database.ts'
import type { Batch, SnapshotText } from '../log-row.ts'
import { type ChangeRow, toLogRows } from './change-row.ts'
import { readPresent, whyNotContinued } from './continuity.ts'
import { knowsLife, recordLife } from './history.ts'
import type { PastContent } from './past.ts'
import { readPast } from './past-query.ts'
import { CHANGE_COLUMNS } from './unseen-changes.ts'

/** Where a tail stood before it lost its connection. */
export interface Stand {
  readonly snapshot: SnapshotText
  readonly history: string
  /** The newest history row that it saw. */
  readonly life: string
}

/** A place to begin: the batch that leads to it is the last minute, or says why everything is void. */
export interface Beginning {
  readonly batch: Batch
  readonly past: PastContent
  readonly life: string | null
  readonly readAtMicros: number
  readonly epoch: string
}

export interface OpenedTail {
  readonly connection: Connection
  /** Null when the tail goes on where it stood. */
  readonly beginning: Beginning | null
}

/** `enable_seqscan`: a statistic that is out of date must not make the hot read walk the whole log. */
const SETTINGS = {
  jit: 'off',
  enable_seqscan: 'off',
  plan_cache_mode: 'force_generic_plan',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  default_transaction_isolation: 'read committed',
}

/** Throws a `StandbyError` when the server is one. */
export async function openTail(
  database: Database,
  stand: Stand | null,
  kept: { readonly changes: number; readonly recentMs: number },
): Promise<OpenedTail> {
  // On PGlite every change of settings is a statement for everybody.
  const connection = await database.connect('tail', database.kind === 'pglite' ? undefined : SETTINGS)
  try {
    await recordLife(connection)
    await connection.query('begin isolation level repeatable read read only')
    await connection.query('lock table syncline.log in access share mode')
    const refusal = stand ? await whyNotContinued(connection, stand) : 'start'
    const beginning = refusal === null ? null : await begin(connection, kept)
    // The log of a restored dump is set aside, which looks like one that was pruned.
    const isPruned = refusal === 'pruned' && stand !== null && (await knowsLife(connection, stand.life))
    await connection.query('commit')
    if (beginning === null || stand === null || refusal === null) return { connection, beginning }
    const reset = isPruned ? 'pruned' : 'history'
    return { connection, beginning: { ...beginning, batch: { ...beginning.batch, reset } } }
  } catch (error) {
    connection.close().catch(() => {})
    throw error
  }
}

async function begin(
  connection: Connection,
  { changes, recentMs }: { readonly changes: number; readonly recentMs: number },
): Promise<Beginning> {
  const { position, readAtMicros, floor, life } = await readPresent(connection)
  const past = await readPast(connection, position, changes)
  const since = firstRecent(past, floor, Date.now() - recentMs)
  const rows = await connection.query<ChangeRow>(
    `select ${CHANGE_COLUMNS} from syncline.log where xid >= $1::text::xid8 order by seq`,
    [String(since)],
  )
  const [oldest] = await connection.query<{ id: string }>(
    'select id::text as id from syncline.history order by history.xid limit 1',
  )
  return {
    batch: { from: `${since}:${since}:`, to: position, rows: toLogRows(rows), overflowing: new Set() },
    past,
    life,
    readAtMicros,
    epoch: oldest?.id ?? '',
  }
}

/** The transaction from which on all changes are recent, or all that are held. `past.changes` are newest first. */
function firstRecent({ changes, isWhole }: PastContent, floor: number, sinceMs: number): number {
  const older = changes.find(({ at }) => Date.parse(`${at.replace(' ', 'T')}:00`) < sinceMs)
  const before = older ?? (isWhole ? undefined : changes.at(-1))
  return Math.max(floor, before ? before.xid + 1 : 0)
}
