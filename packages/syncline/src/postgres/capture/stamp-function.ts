/**
 * The BEFORE trigger of a table: stamps versions, and keeps the columns that hold a room's id.
 *
 * Its name sorts last, so that it sees what other triggers changed. What the application writes into the columns of
 * the versions is ignored. A record that was deleted and is created again continues above its last logged version, so
 * that its new life beats every stale copy.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedField, CapturedTable, RoomRoute } from './captured-table.ts'
import { columnsNote } from './columns-note.ts'
import { differs, isAnyChanged, isChanged, whenChanged } from './changed-expression.ts'
import { beginLife, following, isRevival, readLastLife } from './lives.ts'
import { continueInNewPartition, notePartitionMove } from './partition-move.ts'
import { choose, KEEPS_ITS_SNAPSHOT, lines, literal, paragraphs, triggerFunction, when } from './sql-text.ts'
import { logsItself, statementEntry } from './statement-entry.ts'
import { WRITER_SETTING } from './writer-setting.ts'

/** Name of the function, in schema `syncline`. */
export function stampFunctionName(table: Pick<CapturedTable, 'slug'>): string {
  return `stamp_${table.slug}`
}

export function stampFunction(table: CapturedTable): string {
  return triggerFunction({
    name: stampFunctionName(table),
    purpose: `Stamps versions on ${table.table} before a row is stored.`,
    notes: [columnsNote(table)],
    variables: [
      'last_version integer',
      ...(table.model.columns.lastModifiedBy ? ['writer pg_catalog.text'] : []),
    ],
    body: paragraphs(
      // One question for all that is no plain update: every transaction prepares each expression anew (`bench`: G6b).
      when(
        `tg_op operator(pg_catalog.<>) 'UPDATE' or ${differs(table.id)}\n  or (new.${version(table)} operator(pg_catalog.=) old.${version(table)}) is not true`,
        when("tg_op operator(pg_catalog.=) 'INSERT'", stampInsert(table)),
        statementEntry(table) && when(logsItself(table.slug), 'return new;'),
        when(differs(table.id), stampKey(table), 'return new;'),
        when(isRevival(table), beginLife(table, `new.${version(table)}`), 'return new;'),
        `new.${version(table)} := coalesce(old.${version(table)}, 1);`,
      ),
      stampUpdate(table),
    ),
  })
}

function stampInsert(table: CapturedTable): string {
  return lines(
    continueInNewPartition(table),
    readLastLife(table),
    // As the columns' defaults have it: to store the same in the row again would cost each insert another µs (`bench`: G15).
    when(
      `(last_version is null and new.${version(table)} operator(pg_catalog.=) 1 and new.${fieldVersions(table)} operator(pg_catalog.=) '{}') is not true`,
      choose(
        [
          [
            'last_version is null',
            lines(`new.${version(table)} := 1;`, `new.${fieldVersions(table)} := '{}';`),
          ],
        ],
        beginLife(table, following('last_version')),
      ),
    ),
    stampTime(table, `new.${quoteIdentifier(table.model.columns.updatedAt ?? '')} is null`),
    stampWriter(table),
    ...table.routes.map(followParent),
    'return new;',
  )
}

function stampUpdate(table: CapturedTable): string {
  return lines(
    `new.${fieldVersions(table)} := coalesce(old.${fieldVersions(table)}, '{}');`,
    ...table.fields.filter((field) => !isStamp(table, field)).map((field) => stampField(table, field)),
    stampAuthor(table),
    ...table.fields.filter((field) => isStamp(table, field)).map((field) => stampField(table, field)),
    ...table.routes.map(followParentAgain),
    lockBeforeMoving(table),
    notePartitionMove(table),
    'return new;',
  )
}

function stampField(table: CapturedTable, { field, watched }: CapturedField): string {
  return whenChanged(
    watched,
    `new.${version(table)} := ${following(`coalesce(old.${version(table)}, 1)`)};`,
    `new.${fieldVersions(table)} := new.${fieldVersions(table)} operator(pg_catalog.||) pg_catalog.jsonb_build_object(${literal(field.name)}, new.${version(table)});`,
  )
}

const version = ({ model }: CapturedTable) => quoteIdentifier(model.columns.version)
const fieldVersions = ({ model }: CapturedTable) => quoteIdentifier(model.columns.fieldVersions)

/** A field that the stamp itself fills changes because others did. */
function isStamp({ model }: CapturedTable, { field }: CapturedField): boolean {
  return field.column === model.columns.updatedAt || field.column === model.columns.lastModifiedBy
}

/** A changed id is a delete and a create: the new record begins above both lives. */
function stampKey(table: CapturedTable): string {
  return lines(
    readLastLife(table),
    beginLife(table, following(`greatest(coalesce(old.${version(table)}, 1), last_version)`)),
    stampTime(table, isTimeKept(table)),
    stampWriter(table),
    ...table.routes.map(followParent),
    lockBeforeMoving(table),
  )
}

/** Author and time, where the declaration asks for them; a time that the application wrote itself stands. */
function stampAuthor(table: CapturedTable): string {
  const stamps = lines(stampTime(table, isTimeKept(table)), stampWriter(table, forgetWriter(table)))
  return stamps && when(`new.${version(table)} operator(pg_catalog.>) old.${version(table)}`, stamps)
}

function isTimeKept({ model }: CapturedTable): string {
  const name = model.columns.updatedAt
  return name === undefined ? '' : `not (${isChanged({ name, comparison: 'value' })})`
}

function stampTime({ model, description }: CapturedTable, isUnset: string): string {
  const name = model.columns.updatedAt
  if (name === undefined) return ''
  const column = description.columns.find((candidate) => candidate.name === name)
  const now = 'pg_catalog.clock_timestamp()'
  // A column without a time zone holds UTC.
  const value = column?.type === 'timestamp' ? `pg_catalog.timezone('UTC', ${now})` : now
  return when(isUnset, `new.${quoteIdentifier(name)} := ${value};`)
}

function stampWriter({ model }: CapturedTable, otherwise = ''): string {
  const name = model.columns.lastModifiedBy
  if (name === undefined) return ''
  const isKnown = "writer operator(pg_catalog.<>) ''"
  const stamp = `new.${quoteIdentifier(name)} := writer::pg_catalog.jsonb operator(pg_catalog.->>) 'actor';`
  return lines(
    `writer := pg_catalog.current_setting('${WRITER_SETTING}', true);`,
    otherwise === '' ? when(isKnown, stamp) : choose([[isKnown, stamp]], otherwise),
  )
}

/** A direct write that names no author must not be taken for the last one's. */
function forgetWriter({ model, description }: CapturedTable): string {
  const name = model.columns.lastModifiedBy
  const column = description.columns.find((candidate) => candidate.name === name)
  if (name === undefined || column?.isNotNull !== false) return ''
  const isKept = `not (${isChanged({ name, comparison: 'value' })})`
  return when(isKept, `new.${quoteIdentifier(name)} := null;`)
}

/**
 * The room comes from the parent, which stays where it is until this transaction ends: a parent that moves locks its
 * row `for update` first.
 *
 * Locked first and read by a statement of its own: of a row that was edited, then moved, by whom the lock has waited
 * for, `for key share` answers the values before both.
 *
 * A snapshot of the whole transaction may be older than the move, and reads the old room whatever was locked. It must be
 * refused as any serialization failure is; `for key share` does so, but for a move inside a savepoint of a row that was
 * locked before it and edited since the snapshot: there the lock that lasts is not the update's, and only `for share`
 * meets the move. It refuses a mere edit since the snapshot too, and blocks edits until this transaction ends. So it is
 * left out where the row bears no lock but the one just taken: `xmax` is then this transaction, and nobody has changed
 * the row since the snapshot. (In a savepoint it is the savepoint's, and `for share` is taken.)
 */
function followParent(route: RoomRoute): string {
  const parent = `from ${route.parent} as p
  where p.${quoteIdentifier(route.parentIdColumn)} operator(pg_catalog.=) new.${quoteIdentifier(route.reference.name)}`
  return lines(
    `perform 1 ${parent}\n  for key share;`,
    when(
      KEEPS_ITS_SNAPSHOT,
      `perform 1 ${parent}\n  and p.xmax operator(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;`,
      when('not found', `perform 1 ${parent}\n  for share;`),
    ),
    `select p.${quoteIdentifier(route.parentRoomColumn)} into new.${quoteIdentifier(route.column.name)} ${parent};`,
  )
}

function followParentAgain(route: RoomRoute): string {
  return when(isAnyChanged([route.reference, route.column]), followParent(route))
}

/** Children that are being written hold this row `for key share`: wait for them, and make later ones wait. */
function lockBeforeMoving(table: CapturedTable): string {
  if (table.moves.length === 0) return ''
  const columns = [...new Map(table.moves.map((move) => [move.column.name, move.column])).values()]
  const id = quoteIdentifier(table.id.name)
  return when(
    isAnyChanged(columns),
    `perform 1 from ${table.table} as o where o.${id} operator(pg_catalog.=) old.${id} for update;`,
  )
}
