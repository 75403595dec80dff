/** L1, L2 and L5 end to end in the database: real tables, real triggers, parents that move while children are written. */
import { describe, expect, test } from 'vitest'
import { startTail, type Tail } from '../../src/postgres/log/tail.ts'
import type { LogRow } from '../../src/postgres/log-row.ts'
import type { TestDatabase } from '../../src/testing/test-database.ts'
import { schema } from '../capture/schema.ts'
import { openMigrated, SERVERS } from '../capture/stage.ts'
import { CREW_SQL, moveAndWrite } from './moving-writers.ts'
import { RoomReader } from './room-reader.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
const WRITERS = 16
const CHANGES = 8_000

describe.each(SERVERS)('%s', (kind) => {
  test('L1, L2, L5: every reader of every room ends equal to the database', async () => {
    const stage = await openMigrated(kind, schema)
    const server = stage.server as TestDatabase
    const readers = Array.from(
      { length: 12 },
      (_, n) => new RoomReader(stage.database, schema, `p${1 + (n % 4)}`),
    )
    const rows: LogRow[] = []
    let tail: Tail | undefined
    tail = await startTail(stage.database, {}, (batch) => {
      for (const row of batch.rows) rows.push(row)
      for (const reader of readers) reader.onBatch(batch, tail)
    })
    await server.query(CREW_SQL)
    const joined = tail
    await Promise.all(readers.map((reader) => reader.join(joined)))

    let isDone = false
    const comingAndGoing = readers.slice(4).map(async (reader, index) => {
      while (!isDone) {
        await new Promise((resolve) => setTimeout(resolve, 30 + index * 17))
        reader.leave()
        await new Promise((resolve) => setTimeout(resolve, index * 13))
        await reader.join(joined)
      }
    })
    await moveAndWrite(server, WRITERS, SEED, () => rows.length >= CHANGES)
    isDone = true
    await Promise.all(comingAndGoing)
    const [{ count }] = (await server.query('select count(*) from syncline.log')) as [{ count: string }]
    while (rows.length < Number(count)) await new Promise((resolve) => setTimeout(resolve, 10))

    const rooms = await roomsOf(server)
    console.log(
      `seed ${SEED}: ${rows.length} changes`,
      readers.map(({ counts }) => Object.values(counts).join('/')).join(' '),
    )
    for (const reader of readers) {
      const copied = new Map(
        [...reader.records].map(([key, { version, fields }]) => [key, brief(version, fields)]),
      )
      expect(copied, `${reader.room}, seed ${SEED}`).toEqual(rooms.get(reader.room))
      expect(reader.counts.unordered, `${reader.room}, seed ${SEED}`).toBe(0)
    }
    expect(rows.length).toBe(Number(count))
    await tail.close()
    await stage.close()
  }, 120_000)
})

const brief = (version: number, { name, caption, body, zoom }: Readonly<Record<string, unknown>>) =>
  JSON.stringify([version, name ?? caption ?? body, zoom ?? null])

/** What is in each room, found through the references alone. */
async function roomsOf(server: TestDatabase): Promise<Map<string, Map<string, string>>> {
  const records = await server.query<{
    room: string
    key: string
    version: number
    text: string
    zoom: number | null
  }>(`
    select id as room, 'production ' || id as key, version, name as text, null::int as zoom from productions
    union all select production_id, 'camera ' || id, version, name, zoom from cameras
    union all select c.production_id, 'photo ' || f.id, f.version, f.caption, null from photos f join cameras c on c.id = f.camera_id
    union all select c.production_id, 'comment ' || k.id, k.version, k.body, null
      from comments k join photos f on f.id = k.photo_id join cameras c on c.id = f.camera_id`)
  const rooms = new Map<string, Map<string, string>>()
  for (const { room, key, version, text, zoom } of records) {
    const known = rooms.get(`Production:${room}`) ?? new Map<string, string>()
    rooms.set(`Production:${room}`, known.set(key, brief(version, { name: text, zoom })))
  }
  return rooms
}
