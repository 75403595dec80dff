/**
 * Lives of a record: one that was deleted and is created again continues above its last logged version, so that its
 * new life beats every stale copy. `syncline.tombstones` remembers where each life ended.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { allFieldsAt, idText } from './record-sql.ts'
import { lines, literal, when } from './sql-text.ts'

const LARGEST_VERSION = 2_147_483_647

const id = ({ id: column }: CapturedTable) => quoteIdentifier(column.name)
const version = ({ model }: CapturedTable) => quoteIdentifier(model.columns.version)
const fieldVersions = ({ model }: CapturedTable) => quoteIdentifier(model.columns.fieldVersions)

/** The version after another. It stops at the largest integer: a write must not fail because it is counted. */
export function following(version: string): string {
  return `least(${version}, ${LARGEST_VERSION - 1}) operator(pg_catalog.+) 1`
}

/** Reads where the last life of the new row's id ended into `last_version`; null when it never lived. */
export function readLastLife(table: CapturedTable): string {
  return `select t.version into last_version from syncline.tombstones as t
  where t.model operator(pg_catalog.=) ${literal(table.model.name)} and t.id operator(pg_catalog.=) ${idText(table, 'new')};`
}

/** Begins a life at a version that every field has. */
export function beginLife(table: CapturedTable, at: string): string {
  return lines(
    `new.${version(table)} := ${at};`,
    `new.${fieldVersions(table)} := ${allFieldsAt(table, `new.${version(table)}`)};`,
  )
}

/** Remembers that the record `record_id` ended at `log_version`. */
export function buryRecord(table: CapturedTable): string {
  return `insert into syncline.tombstones as t (model, id, version)
values (${literal(table.model.name)}, record_id, log_version)
on conflict (model, id) do update set version = excluded.version, xid = excluded.xid;`
}

/**
 * Whether it is asked, when the end of a record is logged, if the record lives again.
 *
 * It does where a trigger of the application brought it back that followed another row of the same statement, or where
 * another record was given its id. Its new life was stamped, and perhaps logged, before the old one's end was.
 * Not of a partitioned table: every one of its partitions would have to be looked at for each row that goes; nor of ids
 * that `pg_catalog` cannot find by their index, such as citext.
 */
export function mayBeBack(table: CapturedTable): boolean {
  return table.partitionKey.length === 0 && table.id.comparison !== 'image'
}

/** Whether there is a life that began below the end that was just logged; `found` says so. */
export function findBelowEnd(table: CapturedTable): string {
  return `perform from ${table.table} as r
  where ${isItself(table)} and r.${version(table)} operator(pg_catalog.<=) log_${table.slug}.log_version;`
}

/** Takes that life above the end; `afterwards` may read its row in `new`. */
export function liftAboveEnd(table: CapturedTable, afterwards: string): string {
  const above = following(`log_${table.slug}.log_version`)
  return lines(
    `perform pg_catalog.set_config('syncline.revived', ${revival(table, 'record_id', `(${above})`)}, true);`,
    // No `old` in its RETURNING: since PostgreSQL 18 that is another row.
    `update ${table.table} as r set ${version(table)} = ${above}
  where ${isItself(table)} returning r.* into new;`,
    when('found', afterwards),
    "perform pg_catalog.set_config('syncline.revived', '', true);",
  )
}

function isItself(table: CapturedTable): string {
  return `r.${id(table)} operator(pg_catalog.=) old.${id(table)}`
}

/**
 * Condition of AFTER INSERT: no life ended at the row's version or above it meanwhile.
 *
 * An insert of an id that another transaction is deleting waits for it, but only after BEFORE INSERT has stamped the
 * row: only now can it be seen at which version the last life ended. It is asked for by the statement that writes the
 * log, because a question of its own would cost each insert some 7 µs (`bench`: G15).
 */
export function isAboveLastLife(table: CapturedTable): string {
  return `not exists (select ${endedAbove(table)})`
}

/**
 * The version of a row for which `isAboveLastLife` may not hold. What ended may be the row's own life, by a trigger of
 * the application that followed another row of the statement: then it is gone, or lives above that end already.
 */
export function versionToLog(table: CapturedTable): string {
  return `coalesce((select ${following('t.version')} ${endedAbove(table)}
    and exists (select from ${table.table} as r where r.${id(table)} operator(pg_catalog.=) new.${id(table)}
      and r.${version(table)} operator(pg_catalog.<=) t.version)), new.${version(table)})`
}

function endedAbove(table: CapturedTable): string {
  return `from syncline.tombstones as t
  where t.model operator(pg_catalog.=) ${literal(table.model.name)} and t.id operator(pg_catalog.=) record_id
    and t.version operator(pg_catalog.>=) new.${version(table)}`
}

/** Corrects the row's version where `log_version`, which was logged, is another. */
export function reviveRecord(table: CapturedTable): string {
  return when(
    `log_version operator(pg_catalog.<>) new.${version(table)}`,
    `perform pg_catalog.set_config('syncline.revived', ${revival(table, 'record_id', 'log_version')}, true);`,
    `update ${table.table} as r set ${version(table)} = log_${table.slug}.log_version
  where r.${id(table)} operator(pg_catalog.=) new.${id(table)};`,
    "perform pg_catalog.set_config('syncline.revived', '', true);",
  )
}

/** For BEFORE UPDATE of a version that somebody raised: whether it was AFTER INSERT. */
export function isRevival(table: CapturedTable): string {
  return `pg_catalog.current_setting('syncline.revived', true)
  operator(pg_catalog.=) (${revival(table, idText(table, 'new'), `new.${version(table)}`)})`
}

function revival(table: CapturedTable, id: string, at: string): string {
  return `${literal(`${table.model.name}:`)} operator(pg_catalog.||) ${id} operator(pg_catalog.||) ':' operator(pg_catalog.||) ${at}::pg_catalog.text`
}
