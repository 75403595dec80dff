/**
 * First loads: the rows of a room, a shared model or a rule, from one repeatable-read snapshot, as compact JSON.
 *
 * PostgreSQL writes the JSON; its rows are joined to pieces of bounded size that go into frames as they are, and may
 * be sent while others are being read. Reading waits for nobody: a slow phone holds no transaction open (W4).
 */
import type { CompiledSchema, Field, Model } from '../../schema/model.ts'
import { columnExpression } from '../capture/column-expression.ts'
import { idColumnType } from '../capture/column-type.ts'
import type { Connection, Database } from '../database.ts'
import type { SnapshotText } from '../log-row.ts'
import { quoteIdentifier, Sql, sql } from '../sql.ts'
import { readPresent } from './continuity.ts'
import { LENGTHEN_LIMIT, RESTORE_LIMIT } from '../drivers/statement-limit.ts'
import { atOneSnapshot } from './one-snapshot.ts'
import { readFingerprint } from './past-query.ts'
import { atMost } from './at-most.ts'

/** Which records of a model to read; in the condition, the record stands as `RECORD`. */
export interface TableRead {
  readonly model: Model
  readonly where: Sql
  /** Whether it is a whole room, in whose condition no access rule stands: it takes as long as the room is large. */
  readonly isRoom?: boolean
}

export interface SnapshotTable {
  /** Name of the model. */
  readonly model: string
  /** `id`, `version`, `fieldVersions`, then the fields. */
  readonly columns: readonly string[]
  /** Each the JSON texts of some rows, `[…],[…]`, without brackets around them. */
  readonly chunks: readonly string[]
  /** Number of rows. */
  readonly count: number
}

/** What a cursor is made of. */
export interface LogPlace {
  readonly snapshot: SnapshotText
  /** Fingerprint of the past that `snapshot` saw. */
  readonly history: string
  /** The database's clock after `snapshot` was taken, in µs since 1970. */
  readonly readAtMicros: number
}

export interface LogSnapshot extends LogPlace {
  readonly tables: readonly SnapshotTable[]
}

/** Hears of a load while it is being read. */
interface SnapshotFollower {
  /** The snapshot is taken: a right that is checked from now on is checked late enough. */
  begin(place: LogPlace): void
  /** Some rows of a model. */
  piece(piece: SnapshotPiece): void
}

export interface SnapshotPiece extends Pick<SnapshotTable, 'model' | 'columns'> {
  /** JSON texts of some rows, `[…],[…]`, without brackets around them. */
  readonly rows: string
}

export interface SnapshotOptions {
  follower?: SnapshotFollower
  /** Runs in the same snapshot before anything is read; false ends the load with null. */
  check?: (connection: Connection) => Promise<boolean>
  /** Most JSON that one load may hold in memory, in characters. @default 134_217_728 */
  maxCharacters?: number
}

/** Alias of the record in a condition. */
export const RECORD = 'record'

/** Thrown when a load would hold more than `maxCharacters`. */
export class SnapshotTooLargeError extends Error {
  constructor(maxCharacters: number) {
    super(
      `A first load is larger than ${maxCharacters} characters of JSON. Divide the data into smaller rooms, or raise the limit.`,
    )
    this.name = 'SnapshotTooLargeError'
  }
}

/** 60 KiB: a frame with it is below 64 KiB, which Chromium takes best; many smaller ones cost it more (bench: G7). */
const CHUNK_CHARACTERS = 61_440
const MAX_CHARACTERS = 134_217_728
const SNAPSHOTS_AT_ONCE = 2

const turns = new WeakMap<Database, <T>(work: () => Promise<T>) => Promise<T>>()

/** The root record and all that belongs to its room. */
export function roomReads(schema: CompiledSchema, root: Model, id: string): TableRead[] {
  const members = Object.values(schema.models).flatMap((model) => {
    const columns = model.rooms.filter((room) => room.root === root.name).map(({ column }) => column)
    if (columns.length === 0) return []
    return [
      {
        model,
        where: sql.join(
          columns.map((column) => isRoom(column, root, id)),
          ' or ',
        ),
        isRoom: true,
      },
    ]
  })
  return [{ model: root, where: isRoom(root.idColumn, root, id) }, ...members]
}

/** Every record of a shared model. */
export function sharedReads(model: Model): TableRead[] {
  return [{ model, where: sql.all, isRoom: true }]
}

/** Reads at a snapshot of its own, at most two at a time per database; null when `check` says no. */
export function readSnapshot(
  database: Database,
  reads: readonly TableRead[],
  options: SnapshotOptions = {},
): Promise<LogSnapshot | null> {
  let take = turns.get(database)
  if (!take) turns.set(database, (take = atMost(SNAPSHOTS_AT_ONCE)))
  return take(() =>
    atOneSnapshot(database, async (connection) => {
      if (options.check && !(await options.check(connection))) return null
      return readSnapshotHere(connection, reads, options)
    }),
  )
}

/** Reads in the caller's transaction, which `atOneSnapshot` began: several channels at one snapshot. */
export async function readSnapshotHere(
  connection: Connection,
  reads: readonly TableRead[],
  { maxCharacters = MAX_CHARACTERS, follower }: SnapshotOptions = {},
): Promise<LogSnapshot> {
  const place = await readPlace(connection)
  follower?.begin(place)
  const tables: SnapshotTable[] = []
  let left = maxCharacters
  for (const read of reads) {
    if (read.isRoom) setLimit(connection, LENGTHEN_LIMIT)
    const table = await readTable(connection, read, left, follower)
    if (read.isRoom) setLimit(connection, RESTORE_LIMIT)
    if (table === null) throw new SnapshotTooLargeError(maxCharacters)
    left -= table.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    tables.push(table)
  }
  return { ...place, tables }
}

/** Nobody waits for it: the next statement of the connection comes after it, and fails if this one has. */
function setLimit(connection: Connection, statement: string): void {
  connection.query(statement).catch(() => {})
}

/** The snapshot of the caller's transaction, and its history. */
export async function readPlace(connection: Connection): Promise<LogPlace> {
  const { position, readAtMicros } = await readPresent(connection)
  const history = await readFingerprint(connection, position)
  if (history === null) {
    throw new Error(
      'No tail has connected to this database yet, so that it has no history. Start the server first.',
    )
  }
  return { snapshot: position, history, readAtMicros }
}

/** Null when its rows are larger than `maxCharacters`; what comes after that is dropped as it comes. */
async function readTable(
  connection: Connection,
  { model, where }: TableRead,
  maxCharacters: number,
  follower: SnapshotFollower | undefined,
): Promise<SnapshotTable | null> {
  const columns = ['id', 'version', 'fieldVersions', ...model.fieldNames]
  const chunks: string[] = []
  let waiting: string[] = []
  let characters = 0
  let count = 0
  let left = maxCharacters
  const hand = () => {
    const rows = waiting.join(',')
    waiting = []
    characters = 0
    chunks.push(rows)
    follower?.piece({ model: model.name, columns, rows })
  }
  await connection.stream({ text: rowsSql(model, where), values: where.values }, ([row]) => {
    const encoded = row as string
    left -= encoded.length
    if (left < 0) return
    count++
    waiting.push(encoded)
    characters += encoded.length
    if (characters >= CHUNK_CHARACTERS) hand()
  })
  if (left < 0) return null
  if (waiting.length > 0) hand()
  return { model: model.name, columns, chunks, count }
}

/** Rows as JSON arrays. */
function rowsSql(model: Model, where: Sql): string {
  return `select ${rowSql(model)} from ${quoteIdentifier(model.table)} as ${RECORD} where ${where.text()}`
}

function rowSql({ idColumn, columns, fields, fieldNames }: Model): string {
  const column = (name: string) => `${RECORD}.${quoteIdentifier(name)}`
  const values = [
    `to_json(${column(idColumn)}::text)`,
    column(columns.version),
    // At version 1 every field has the record's version.
    `case when ${column(columns.version)} = 1 then 'null' else coalesce(${column(columns.fieldVersions)}::text, '{}') end`,
    ...fieldNames.map((name) => valueSql(fields[name] as Field)),
  ]
  return `'[' || concat_ws(',', ${values.join(', ')}) || ']'`
}

/** As the log writes the value, in the cheapest way that gives the same text. */
export function valueSql(field: Field): string {
  const value = columnExpression(field, RECORD)
  if (field.kind === 'integer' && !field.array) return `coalesce(${value}::text, 'null')`
  const isNormalised = field.array || field.kind === 'json' || field.kind === 'number'
  return `coalesce(${isNormalised ? 'to_jsonb' : 'to_json'}(${value})::text, 'null')`
}

function isRoom(column: string, root: Model, id: string): Sql {
  const type = sql.raw(idColumnType(root.idType))
  return sql`${sql.raw(`${RECORD}.${quoteIdentifier(column)}`)} = ${id}::text::${type}`
}
