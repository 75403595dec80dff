/** Counts the records that are in no room: pages that join rooms never have them. */
import type { Connection, Database } from '../../postgres/database.ts'
import { quoteIdentifier } from '../../postgres/sql.ts'
import type { Schema } from '../../schema/define-schema.ts'
import type { Model } from '../../schema/model.ts'

// A tenth: fewer may well be meant so, and a mistaken path concerns more.
const MANY = 0.1

/** A sentence for each model of which many records are in no room. Reads whole tables, which must be migrated. */
export function findRoomless(database: Database, schema: Schema): Promise<readonly string[]> {
  return database.transaction(
    async (connection) => {
      await connection.query('set local statement_timeout = 0')
      const found: string[] = []
      for (const model of Object.values(schema.models)) {
        if (model.isRoot || model.shared || model.rooms.length === 0) continue
        const { roomless, all } = await count(connection, model)
        if (roomless > 0 && roomless >= all * MANY) found.push(sentence(model, roomless, all))
      }
      return found
    },
    { readOnly: true },
  )
}

async function count(connection: Connection, { table, rooms }: Model) {
  const isRoomless = rooms.map(({ column }) => `${quoteIdentifier(column)} is null`).join(' and ')
  const [row] = await connection.query<{ roomless: string; all: string }>(
    `select count(*) filter (where ${isRoomless})::text as roomless, count(*)::text as "all" from ${quoteIdentifier(table)}`,
  )
  return { roomless: Number(row?.roomless), all: Number(row?.all) }
}

function sentence({ name, rooms }: Model, roomless: number, all: number): string {
  const paths = rooms.map(({ path }) => `\`${path.join('.')}\``)
  const lead = paths.length === 1 ? `${paths[0]} leads` : `${paths.join(' and ')} lead`
  return `${roomless} of ${all} records of \`${name}\` are in no room, so no page that joins one has them: ${lead} to none, as a reference on the way is null. If that is not meant so, fill the references, or declare another path.`
}
