/**
 * What one batch means for a view: which of its changes are sent, who enters and who leaves.
 *
 *   A2 revoked   of a record that leaves, nothing is sent but that it left
 *   L2 once      a change that was already part of a record's entering is not sent again
 */
import type { LogRow } from '../../postgres/log-row.ts'
import type { ViewRecords } from './view-records.ts'

/** A step in what is sent: a change of the log, or a record that enters and must be read first. */
export type ViewStep =
  | { readonly send: LogRow }
  | { readonly enter: string; readonly cause: LogRow | undefined }

/** What a batch has shown: the records that may have come or gone, and those of them that are in the view now. */
export interface ViewEvidence {
  /** Changes of the view's model, once each, in order. */
  readonly rows: readonly LogRow[]
  /** Ids that were asked about: touched ones, or all that the view shows or could show. */
  readonly asked: Iterable<string>
  readonly readable: ReadonlySet<string>
}

/** Works out the steps; `records` is not changed. */
export function viewChanges(records: ViewRecords, { rows, asked, readable }: ViewEvidence): ViewStep[] {
  const byId = groupById(rows)
  const steps: ViewStep[] = []
  const lost = new Set<string>()
  for (const id of new Set([...asked, ...readable])) {
    const changes = byId.get(id) ?? []
    if (records.has(id) && !readable.has(id)) lost.add(id)
    else if (!records.has(id) && readable.has(id)) steps.push(entering(id, changes))
  }
  const kept = rows.flatMap((row) =>
    keptChange(records, row, readable, lost, byId.get(row.id)?.at(-1) === row),
  )
  const leaving = [...lost]
    .filter((id) => !byId.has(id))
    .map((id) => ({ send: leave(records, id, undefined) }))
  return [...kept, ...leaving, ...steps]
}

/** The change itself when it stays visible, a `leave` in the place of the last change of a record that is lost. */
function keptChange(
  records: ViewRecords,
  row: LogRow,
  readable: ReadonlySet<string>,
  lost: ReadonlySet<string>,
  isLast: boolean,
): ViewStep[] {
  const known = records.versionOf(row.id)
  if (known === undefined || row.version <= known)
    return lost.has(row.id) && isLast ? [{ send: leave(records, row.id, row) }] : []
  if (readable.has(row.id)) return [{ send: row }]
  if (!isLast) return []
  return [{ send: row.action === 'delete' ? row : leave(records, row.id, row) }]
}

/** A record that was created, and nothing else, is sent as the log has it; any other is read as it is now. */
function entering(id: string, changes: readonly LogRow[]): ViewStep {
  const [only] = changes
  if (changes.length === 1 && only?.action === 'create') return { send: only }
  return { enter: id, cause: changes.at(-1) }
}

function leave(records: ViewRecords, id: string, cause: LogRow | undefined): LogRow {
  return synthetic(id, 'leave', records.versionOf(id) ?? 0, cause)
}

/** Later than every transaction: no snapshot within the batch has seen it. */
const NEVER_SEEN = String(Number.MAX_SAFE_INTEGER)

/** A change that no log row says: a record entered or left a view. */
export function synthetic(
  id: string,
  action: 'enter' | 'leave',
  version: number,
  cause: LogRow | undefined,
): LogRow {
  return {
    xid: NEVER_SEEN,
    at: cause?.at ?? new Date().toISOString(),
    room: null,
    model: '',
    id,
    action,
    fields: null,
    version: cause && action === 'leave' ? Math.max(version, cause.version) : version,
    fieldVersions: null,
    actor: cause?.actor ?? null,
    source: cause?.source ?? 'app',
    device: null,
    op: null,
    marks: null,
  }
}

function groupById(rows: readonly LogRow[]): Map<string, LogRow[]> {
  const byId = new Map<string, LogRow[]>()
  for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row])
  return byId
}

/** The changes of a model once each: a record in several rooms has a row for each of them. */
export function changesOfModel(rows: readonly LogRow[], model: string): LogRow[] {
  const seen = new Map<string, LogRow>()
  for (const row of rows) {
    if (row.model !== model || row.action === 'truncate') continue
    const key = `${row.version} ${row.id}`
    const known = seen.get(key)
    // A change of room is said as `leave` and `enter`; the change itself, or the whole row, says more.
    if (!known || rank(row) > rank(known)) seen.set(key, row)
  }
  return [...seen.values()]
}

const RANKS = { leave: 0, truncate: 0, enter: 1, update: 2, create: 3, delete: 3 } as const

function rank({ action }: LogRow): number {
  return RANKS[action]
}
