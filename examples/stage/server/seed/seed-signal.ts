/** Gives demo productions that are there their signal chain, and the library its equipment. */
import type { Connection } from 'syncline/server'
import { writtenBy } from './authors.ts'
import { seedEquipment } from './equipment-data.ts'
import { insertRows, type Row } from '../../../server/insert-rows.ts'
import { annualMeeting } from './signal/annual-meeting.ts'
import { harbourLights } from './signal/harbour-lights.ts'
import { northernSessions } from './signal/northern-sessions.ts'
import type { SeedSignal } from './signal/signal-data.ts'
import { velodromeFinals } from './signal/velodrome-finals.ts'

const signals: readonly SeedSignal[] = [northernSessions, harbourLights, velodromeFinals, annualMeeting]

/** Fills in whatever belongs to demo productions that the database still has. */
export async function seedSignal(connection: Connection, now: number): Promise<void> {
  await insertRows(connection, 'equipment', equipmentRows(now))
  for (const signal of signals) {
    const people = await crewOf(connection, signal.production)
    if (people) await seedProduction(connection, signal, people, now)
  }
}

function equipmentRows(now: number): Row[] {
  return seedEquipment.map(([id, manufacturer, name, category, inputs, outputs, quantity, note], index) => ({
    id,
    manufacturer,
    name,
    category,
    inputs,
    outputs,
    quantity,
    note,
    ...writtenBy(['ana'], index, now),
  }))
}

/** Who may have written in it; nobody when there is no such production any more. */
async function crewOf(connection: Connection, production: string): Promise<string[] | undefined> {
  const [found] = await connection.query('select 1 as found from productions where id = $1', [production])
  if (!found) return undefined
  const members = await connection.query<{ user_id: string }>(
    `select user_id from production_members where production_id = $1 and role = 'crew' order by user_id`,
    [production],
  )
  return [...members.map(({ user_id }) => user_id), 'ana']
}

async function seedProduction(
  connection: Connection,
  { production, settings, devices, connections }: SeedSignal,
  people: readonly string[],
  now: number,
): Promise<void> {
  // Somebody else than who made it: a write that leaves the author as it is counts as one without.
  const changes = { ...settings, ...writtenBy(people, 4, now) }
  await connection.query(
    `update productions set ${Object.keys(changes).map((column, at) => `${column} = $${at + 2}`)} where id = $1`,
    [production, ...Object.values(changes)],
  )
  const idOf = (key: string) => (key === '' ? '' : `${production}-${key}`)
  const common = (index: number) => ({
    production_id: production,
    // As if they had been added one a second.
    sort_order: Math.floor(now / 1_000) - 10_000 + index,
    ...writtenBy(people, index, now),
  })
  for (const [table, rows] of Object.entries(devices)) {
    await insertRows(
      connection,
      table,
      rows.map(({ key, ...row }, index) => ({ id: idOf(key), ...row, ...common(index) })),
    )
  }
  await insertRows(
    connection,
    'connections',
    connections.map(([from, fromPort, to, toPort, cable, snake = ''], index) => ({
      id: idOf(`connection-${index + 1}`),
      from_id: idOf(from),
      from_port: fromPort,
      to_id: idOf(to),
      to_port: toPort,
      cable,
      snake_id: idOf(snake),
      ...common(index),
    })),
  )
}
