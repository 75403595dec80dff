/** A large room that was just loaded is sent again without reading it, as long as nothing in it has changed. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyOf, type RawClient, type StageServer, startStageServer } from './stage-server.ts'

const ROWS = 4_000
const CHANNEL = 'Production:p1'

let server: StageServer

beforeEach(async () => {
  server = await startStageServer()
  await server.query(
    `insert into cameras (id, production_id, name) select 'n' || n, 'p1', 'Camera ' || n from generate_series(1, ${ROWS}) n`,
  )
})

afterEach(() => server.close())

function counted(name: string): number {
  return (
    server.sync.metrics
      .read()
      .find((metric) => metric.name === name)
      ?.values.get('') ?? 0
  )
}

const reads = () => counted('syncline_snapshots_total')

let devices = 0

async function newcomer(user = 'ana'): Promise<RawClient> {
  return server.socket(user, { device: `newcomer ${devices++}` })
}

/** What a device that has nothing is sent, and what it makes of it. */
async function load(user?: string) {
  const client = await newcomer(user)
  await client.join(CHANNEL)
  const rows = client.messages.filter(({ type }) => type === 'rows')
  return { client, rows, copy: copyOf(client.messages, CHANNEL) }
}

test('whoever opens it next gets the same rows, and the database is not asked for them', async () => {
  const first = await load()
  const second = await load('ben')

  expect(first.copy.size).toBe(ROWS + 3)
  expect(second.copy).toEqual(first.copy)
  expect(second.rows.length).toBe(first.rows.length)
  expect(reads()).toBe(1)
  expect(counted('syncline_kept_loads_total')).toBe(1)
  expect(counted('syncline_kept_load_bytes')).toBeGreaterThan(0)
})

test('C1: a change that anybody has committed is in what the next one gets, and in all that follows', async () => {
  await load()
  await server.query(`update cameras set name = 'Renamed' where id = 'n7'`)
  const second = await load()
  const third = await load()
  await server.query(`delete from cameras where id = 'n8'`)
  await third.client.next(({ type, changes }) => type === 'changes' && changes[0].id === 'n8')

  expect(second.copy.get('camera n7')?.row['name']).toBe('Renamed')
  expect(third.copy).toEqual(second.copy)
  expect(reads()).toBe(2)
  expect(copyOf(third.client.messages, CHANNEL).has('camera n8')).toBe(false)
})

test('L2: who was sent kept rows continues from their cursor, and from that of `joined`', async () => {
  await load()
  await server.query(`update productions set name = 'Elsewhere' where id = 'p2'`)
  const { client, rows } = await load()
  const cursors = [rows.at(-1)?.['cursor'], client.messages.find(({ type }) => type === 'joined')?.cursor]
  await server.query(`update cameras set name = 'Renamed' where id = 'n7'`)

  for (const cursor of cursors) {
    const returning = await newcomer()
    await returning.join(CHANNEL, cursor)

    // With the answer, or behind it where the tail has not read it yet.
    const fields = () => returning.changes(CHANNEL).map((change) => change.fields)
    await expect.poll(fields).toEqual([{ name: 'Renamed' }])
  }
})

test('L1: an emptied table is seen by the next one', async () => {
  await load()
  await server.query('truncate cameras cascade')
  const { copy } = await load()

  expect(copy.size).toBe(1)
})

test('A1: nobody is sent kept rows who may not read the room, or may not any more', async () => {
  await load()
  const stranger = await newcomer('eve')
  await expect(stranger.join(CHANNEL)).rejects.toThrow('not_found')
  await server.query(`delete from crew where production_id = 'p1' and user_id = 'ben'`)
  const former = await newcomer('ben')
  await expect(former.join(CHANNEL)).rejects.toThrow('not_found')

  for (const { messages } of [stranger, former])
    expect(messages.some(({ type }) => type === 'rows')).toBe(false)
})

test('a server that may keep nothing reads the room each time', async () => {
  const other = await startStageServer({ limits: { keptLoadBytes: 0 } })
  try {
    await other.query(
      `insert into cameras (id, production_id, name) select 'n' || n, 'p1', 'Camera ' || n from generate_series(1, ${ROWS}) n`,
    )
    for (let times = 0; times < 2; times++) {
      const client = await other.socket('ana', { device: `device ${times}` })
      await client.join(CHANNEL)
    }
    const { values } = other.sync.metrics.read().find(({ name }) => name === 'syncline_snapshots_total') ?? {}

    expect(values?.get('')).toBe(2)
  } finally {
    await other.close()
  }
})
