/** What is done once in the life of a database. */
import type { Connection } from 'syncline/server'

/** Notes that something is done, unless it was; true the first time. */
export async function isFirst(connection: Pick<Connection, 'query'>, name: string): Promise<boolean> {
  const text = 'insert into stage_migrations (name) values ($1) on conflict do nothing returning name'
  return (await connection.query(text, [name])).length === 1
}
