/**
 * The right answer, recomputed from the tables, and the answer that the log gives to whoever applies it (L1).
 *
 * Rooms are found by following references in the rows, never by the columns that the triggers keep; values are read
 * from the tables as plain JSON in a session in UTC, never by the expressions of capture.
 */
import { expect } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { quoteIdentifier } from '../../src/postgres/sql.ts'
import type { CompiledSchema, Model } from '../../src/schema/model.ts'

export interface LogEntry {
  readonly seq: string
  readonly room: string | null
  readonly model: string
  readonly id: string
  readonly action: string
  readonly fields: Record<string, unknown> | null
  readonly before: Record<string, unknown> | null
  readonly version: number
  readonly fieldVersions: Record<string, number> | null
  readonly device: string | null
  readonly op: string | null
  readonly actor: string | null
  readonly source: string
  readonly marks: string[] | null
}

/** The log in its order, from a row on. */
export async function readLog(database: Database, after = '0'): Promise<LogEntry[]> {
  const rows = await database.query<Record<string, string | number | null>>(
    `select seq, room, model, id, action, fields, before, version, field_versions, device, op, actor, source, marks
     from syncline.log where seq > $1::int8 order by seq`,
    [after],
  )
  const parse = (text: unknown) => (text === null ? null : JSON.parse(String(text)))
  return rows.map((row) => ({
    ...(row as unknown as LogEntry),
    fields: parse(row.fields),
    before: parse(row.before),
    fieldVersions: parse(row.field_versions),
    marks: parse(row.marks),
  }))
}

interface Copy {
  fields: Record<string, unknown>
  version: number
  fieldVersions: Record<string, number>
}

/** `room › model › id` to the record there. */
type Rooms = Record<string, Copy>

/** Expects that applying the log gives the tables, room by room, and that no record's versions skip or repeat. */
export async function expectLogEqualsTables(database: Database, schema: CompiledSchema): Promise<void> {
  const log = await readLog(database)
  const expected = await roomsOfTables(database, schema)

  expect(applyLog(schema, log)).toEqual(expected)
  expectVersionsRise(log)
}

function applyLog(schema: CompiledSchema, log: readonly LogEntry[]): Rooms {
  const rooms: Rooms = {}
  for (const entry of log) {
    // A record that may be in rooms and is in none is shown to nobody.
    if (entry.model.startsWith('@') || (entry.room === null && hasRooms(schema.models[entry.model] as Model)))
      continue
    const key = `${entry.room} › ${entry.model} › ${entry.id}`
    switch (entry.action) {
      case 'create':
      case 'enter': {
        const names = (schema.models[entry.model] as Model).fieldNames
        const versionOf = (name: string) =>
          entry.fieldVersions === null ? entry.version : (entry.fieldVersions[name] ?? 1)
        rooms[key] = {
          fields: entry.fields ?? {},
          version: entry.version,
          fieldVersions: Object.fromEntries(names.map((name) => [name, versionOf(name)])),
        }
        break
      }
      case 'update': {
        const copy = rooms[key]
        if (copy === undefined) throw new Error(`${key} was updated before it was created`)
        for (const [name, value] of Object.entries(entry.fields ?? {})) {
          expect(entry.before?.[name], `old value of ${key} ${name} at ${entry.version}`).toEqual(
            copy.fields[name],
          )
          copy.fields[name] = value
          copy.fieldVersions[name] = entry.version
        }
        copy.version = entry.version
        break
      }
      case 'delete':
        expect(entry.before, `old values of ${key}`).toEqual(rooms[key]?.fields)
        delete rooms[key]
        break
      case 'leave':
        delete rooms[key]
        break
      case 'truncate':
        for (const other of Object.keys(rooms)) {
          if (other.startsWith(`${entry.room} › ${entry.model} › `)) delete rooms[other]
        }
    }
  }
  return rooms
}

function expectVersionsRise(log: readonly LogEntry[]): void {
  const versions = new Map<string, number>()
  for (const entry of log) {
    const record = `${entry.model} ${entry.id}`
    if (entry.model.startsWith('@')) continue
    if (entry.action === 'truncate') {
      for (const known of versions.keys()) if (known.startsWith(`${entry.model} `)) versions.delete(known)
      continue
    }
    const last = versions.get(record)
    // A record that was given an id which lived before begins above both lives.
    if (entry.action === 'create') expect(entry.version, record).toBeGreaterThanOrEqual(last ?? 1)
    // A move logs two rows of one version, and a record in several rooms one row for each.
    else if (last !== undefined) expect([last, last + 1], `${record} after ${last}`).toContain(entry.version)
    versions.set(record, entry.version)
  }
}

/** What is in each room, by the tables alone. */
async function roomsOfTables(database: Database, schema: CompiledSchema): Promise<Rooms> {
  const tables = new Map<string, Map<string, Record<string, unknown>>>()
  for (const model of Object.values(schema.models)) {
    const rows = await database.query<{ row: string }>(
      `select to_jsonb(t) as row from ${quoteIdentifier(model.table)} as t`,
    )
    tables.set(
      model.name,
      new Map(
        rows.map(({ row }) => {
          const parsed = JSON.parse(row) as Record<string, unknown>
          return [String(parsed[model.idColumn]), parsed]
        }),
      ),
    )
  }
  const rooms: Rooms = {}
  for (const model of Object.values(schema.models)) {
    for (const [id, row] of tables.get(model.name) ?? []) {
      const found = roomsOfRow(schema, tables, model, id, row)
      for (const room of hasRooms(model) ? found : [null]) {
        rooms[`${room} › ${model.name} › ${id}`] = copyOf(model, row)
      }
    }
  }
  return rooms
}

function hasRooms(model: Model): boolean {
  return model.isRoot || model.shared || model.rooms.length > 0
}

function roomsOfRow(
  schema: CompiledSchema,
  tables: ReadonlyMap<string, ReadonlyMap<string, Record<string, unknown>>>,
  model: Model,
  id: string,
  row: Record<string, unknown>,
): string[] {
  const rooms = new Set<string>()
  if (model.isRoot) rooms.add(`${model.channel}:${id}`)
  if (model.shared) rooms.add(`${model.channel}:all`)
  for (const { root, path } of model.rooms) {
    let at: Record<string, unknown> | undefined = row
    let owner: Model = model
    for (const [step, name] of path.entries()) {
      const field = owner.fields[name]
      const target: unknown = at?.[field?.column ?? '']
      if (target === null || target === undefined) break
      if (step === path.length - 1) rooms.add(`${schema.models[root]?.channel}:${target}`)
      owner = schema.models[field?.references as string] as Model
      at = tables.get(owner.name)?.get(String(target))
    }
  }
  return [...rooms]
}

function copyOf(model: Model, row: Record<string, unknown>): Copy {
  const stored = (row[model.columns.fieldVersions] ?? {}) as Record<string, number>
  return {
    fields: Object.fromEntries(
      Object.values(model.fields).map((field) => [field.name, wireValue(field.kind, row[field.column])]),
    ),
    version: row[model.columns.version] as number,
    fieldVersions: Object.fromEntries(model.fieldNames.map((name) => [name, stored[name] ?? 1])),
  }
}

/** JSON of the database's own making differs from the wire in numbers that JavaScript cannot hold. */
function wireValue(kind: string, value: unknown): unknown {
  if (value === null || value === undefined) return null
  return kind === 'bigint' || kind === 'decimal' || kind === 'reference' ? String(value) : value
}
