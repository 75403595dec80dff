/**
 * Fills an empty database with the events of one crew, through plain SQL: the log captures it as it captures any other
 * program's writes. A database that has a production keeps what it has; demo productions of an older version of the
 * example are given what they lack, once.
 */
import type { Connection, Database } from 'syncline/server'
import { insertRows, type Row } from '../../../server/insert-rows.ts'
import { isFirst } from '../../../server/is-first.ts'
import { writtenBy } from './authors.ts'
import type { SeedProduction } from './crew/seed-production.ts'
import { seedProductions, seedUsers } from './crew-data.ts'
import { seedSignal } from './seed-signal.ts'

/** Adds what is missing. Resolves with whether the database was empty. */
export function seed(database: Database): Promise<boolean> {
  return database.transaction(async (connection) => {
    // Two servers that start together on one empty database: the second waits, and finds it filled.
    await connection.query(`select pg_advisory_xact_lock(hashtext('stage seed'))`)
    await seedPeople(connection)
    const now = Date.now()
    const isEmpty = await hasNoProduction(connection)
    if (isEmpty) for (const production of seedProductions) await seedProduction(connection, production, now)
    if (await isFirst(connection, 'demo of the signal chain')) await seedSignal(connection, now)
    return isEmpty
  })
}

async function seedPeople(connection: Connection): Promise<void> {
  for (const { id, name, job, isAdmin } of seedUsers) {
    const text = 'insert into users (id, name, job, is_admin) values ($1, $2, $3, $4) on conflict do nothing'
    await connection.query(text, [id, name, job, isAdmin])
  }
}

async function hasNoProduction(connection: Connection): Promise<boolean> {
  const [found] = await connection.query<{ empty: boolean }>(
    'select not exists (select 1 from productions) as empty',
  )
  return found?.empty === true
}

async function seedProduction(
  connection: Connection,
  production: SeedProduction,
  now: number,
): Promise<void> {
  const { id, name, venue, startsAt, status, note, members } = production
  const people = [...members, 'ana']
  await insertRows(connection, 'productions', [
    { id, name, venue, starts_at: startsAt, status, note, ...writtenBy(people, 3, now) },
  ])
  await insertRows(
    connection,
    'production_members',
    members.map((user) => ({ id: `${id}-${user}`, production_id: id, user_id: user })),
  )
  await insertRows(connection, 'cameras', camerasOf(production, people, now))
  await insertRows(connection, 'checklist_items', tasksOf(production, people, now))
}

function camerasOf({ id, cameras }: SeedProduction, people: readonly string[], now: number): Row[] {
  // A second apart, so that the order of this list is the order on the page.
  const createdAt = (index: number) => Date.UTC(2026, 8, 1, 9, 0, index)
  return cameras.map(([name, position, operator, lens, zoom, status, note], index) => ({
    id: `${id}-camera-${index + 1}`,
    production_id: id,
    name,
    position,
    operator,
    lens,
    zoom,
    status,
    note,
    created_at: new Date(createdAt(index)).toISOString(),
    sort_order: createdAt(index) / 1_000,
    ...writtenBy(people, index, now),
  }))
}

function tasksOf({ id, checklist }: SeedProduction, people: readonly string[], now: number): Row[] {
  const tasks = Object.entries(checklist).flatMap(([phase, list]) => list.map((task) => ({ phase, task })))
  return tasks.map(({ phase, task: [name, assignedTo, completed, note = ''] }, index) => ({
    id: `${id}-task-${index + 1}`,
    production_id: id,
    phase,
    name,
    assigned_to: assignedTo,
    completed,
    note,
    ...writtenBy(people, index, now),
  }))
}
