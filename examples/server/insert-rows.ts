/** Inserts rows that are given as values by column. */
import type { Connection, Parameter } from 'syncline/server'

export type Row = Readonly<Record<string, Parameter>>

/** Inserts all rows in one statement; the first says which columns there are. */
export async function insertRows(
  connection: Pick<Connection, 'query'>,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  if (columns.length === 0) return
  const tuples = rows.map(
    (_, row) => `(${columns.map((_name, at) => `$${row * columns.length + at + 1}`).join(', ')})`,
  )
  const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null))
  await connection.query(`insert into ${table} (${columns.join(', ')}) values ${tuples.join(', ')}`, values)
}
