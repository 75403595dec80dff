/**
 * Fills an empty database with the events in `seed-data.ts`, through plain SQL: the log captures it as it captures
 * any other program's writes. A database that has a production is left as it is.
 */
import type { Connection, Database, Parameter } from 'syncline/server'
import { type SeedProduction, seedProductions, seedUsers } from './seed-data.ts'

/** Adds users that are missing and, when there is no production, the demo productions. Resolves with whether it did. */
export function seed(database: Database): Promise<boolean> {
  return database.transaction(async (connection) => {
    // Two servers that start together on one empty database: the second waits, and finds it filled.
    await connection.query(`select pg_advisory_xact_lock(hashtext('stage seed'))`)
    await seedPeople(connection)
    const [found] = await connection.query<{ empty: boolean }>(
      'select not exists (select 1 from productions) as empty',
    )
    if (!found?.empty) return false
    for (const production of seedProductions) await seedProduction(connection, production)
    return true
  })
}

async function seedPeople(connection: Connection): Promise<void> {
  for (const { id, name, job, isAdmin } of seedUsers) {
    const text = 'insert into users (id, name, job, is_admin) values ($1, $2, $3, $4) on conflict do nothing'
    await connection.query(text, [id, name, job, isAdmin])
  }
}

async function seedProduction(connection: Connection, production: SeedProduction): Promise<void> {
  const { id, name, venue, startsAt, status, note } = production
  await insert(
    connection,
    'productions',
    ['id', 'name', 'venue', 'starts_at', 'status', 'note'],
    [[id, name, venue, startsAt, status, note]],
  )
  await insert(connection, 'production_members', ['id', 'production_id', 'user_id'], membersOf(production))
  await insert(connection, 'cameras', cameraColumns, camerasOf(production))
  await insert(connection, 'checklist_items', taskColumns, tasksOf(production))
}

const cameraColumns = [
  'id',
  'production_id',
  'name',
  'position',
  'operator',
  'lens',
  'zoom',
  'status',
  'note',
  'created_at',
]
const taskColumns = ['id', 'production_id', 'phase', 'name', 'assigned_to', 'completed', 'note']

function membersOf({ id, members }: SeedProduction): Parameter[][] {
  return members.map((user) => [`${id}-${user}`, id, user])
}

function camerasOf({ id, cameras }: SeedProduction): Parameter[][] {
  // A second apart, so that the order of this list is the order on the page.
  const createdAt = (index: number) => new Date(Date.UTC(2026, 8, 1, 9, 0, index)).toISOString()
  return cameras.map((camera, index) => [`${id}-camera-${index + 1}`, id, ...camera, createdAt(index)])
}

function tasksOf({ id, checklist }: SeedProduction): Parameter[][] {
  const tasks = Object.entries(checklist).flatMap(([phase, list]) => list.map((task) => ({ phase, task })))
  return tasks.map(({ phase, task: [name, assignedTo, completed, note = ''] }, index) => {
    return [`${id}-task-${index + 1}`, id, phase, name, assignedTo, completed, note]
  })
}

async function insert(
  connection: Connection,
  table: string,
  columns: readonly string[],
  rows: readonly Parameter[][],
): Promise<void> {
  if (rows.length === 0) return
  const width = columns.length
  const tuples = rows.map(
    (_, row) => `(${columns.map((_name, at) => `$${row * width + at + 1}`).join(', ')})`,
  )
  const text = `insert into ${table} (${columns.join(', ')}) values ${tuples.join(', ')}`
  await connection.query(text, rows.flat())
}
