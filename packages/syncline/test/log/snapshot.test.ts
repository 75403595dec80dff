/** First loads: whole, at one snapshot, in pieces of bounded size, equal to what the log says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isVisible } from '../../src/postgres/log/cursor.ts'
import {
  readSnapshot,
  roomReads,
  type SnapshotTable,
  SnapshotTooLargeError,
  sharedReads,
} from '../../src/postgres/log/snapshot.ts'
import { startTail } from '../../src/postgres/log/tail.ts'
import { sql } from '../../src/postgres/sql.ts'
import type { Model } from '../../src/schema/model.ts'
import { schema } from '../capture/schema.ts'
import { KINDS, openMigrated, SERVERS, type Stage } from '../capture/stage.ts'

const production = schema.models.production as Model
const lens = schema.models.lens as Model

const rowsOf = ({ chunks }: SnapshotTable) =>
  chunks.flatMap((chunk) => JSON.parse(`[${chunk}]`) as unknown[][])

describe.each(KINDS)('%s', (kind) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`
      insert into productions (id, name, starts_at) values ('p1', E'"One"\\n', '2026-01-02 03:04:05.678901+00'), ('p2', 'Two', 'infinity');
      insert into cameras (id, production_id, name, note) select 'c' || n, 'p' || 1 + n % 2, 'Camera ' || n, repeat('é', 1000) from generate_series(1, 2000) n;
      insert into photos (id, camera_id, caption) values ('f1', 'c1', 'Of p2'), ('f2', 'c2', 'Of p1');
      insert into lenses (id, name, serial) values (9007199254740993, 'Wide', 9007199254740995);
      update cameras set zoom = 5 where id = 'c2'`)
    const tail = await startTail(stage.database, {}, () => {})
    await tail.close()
  })
  afterAll(() => stage.close())

  const load = (reads = roomReads(schema, production, 'p1')) => readSnapshot(stage.database, reads)

  test('a room is its root record and all that belongs to it, by column and by path', async () => {
    const loaded = await load()

    const tables = new Map(loaded?.tables.map((table) => [table.model, table]))
    const count = (model: string) => (tables.get(model) as SnapshotTable).count
    expect([...tables.keys()]).toEqual(['production', 'camera', 'photo', 'comment'])
    expect(['production', 'camera', 'photo', 'comment'].map(count)).toEqual([1, 1_000, 1, 0])
    expect(rowsOf(tables.get('production') as SnapshotTable)).toEqual([
      ['p1', 1, null, '"One"\n', '2026-01-02T03:04:05.678901+00:00'],
    ])
    expect(tables.get('camera')?.columns).toEqual([
      'id',
      'version',
      'fieldVersions',
      'productionId',
      'name',
      'note',
      'zoom',
    ])
    const changed = rowsOf(tables.get('camera') as SnapshotTable).find(([id]) => id === 'c2')
    expect(changed).toEqual(['c2', 2, { zoom: 2 }, 'p1', 'Camera 2', 'é'.repeat(1_000), 5])
  })

  test('it comes in pieces of about 61,440 characters', async () => {
    const loaded = await load()

    const chunks = loaded?.tables.find(({ model }) => model === 'camera')?.chunks ?? []
    expect(chunks.length).toBeGreaterThan(3)
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(61_440 + 2_000)
  })

  test('who follows it hears of the snapshot first, then of every piece while it is read', async () => {
    const heard: string[] = []
    const loaded = await readSnapshot(stage.database, roomReads(schema, production, 'p1'), {
      follower: {
        begin: ({ snapshot }) => heard.push(snapshot),
        piece: ({ model, rows }) => heard.push(`${model} ${rows}`),
      },
    })

    const pieces = loaded?.tables.flatMap(({ model, chunks }) => chunks.map((rows) => `${model} ${rows}`))
    expect(heard).toEqual([loaded?.snapshot, ...(pieces ?? [])])
  })

  test('digits that a number cannot hold arrive as they are', async () => {
    const loaded = await load(sharedReads(lens))

    expect(rowsOf(loaded?.tables[0] as SnapshotTable)).toEqual([
      ['9007199254740993', 1, null, 'Wide', '9007199254740995'],
    ])
  })

  test('a rule selects records; its values are parameters', async () => {
    const loaded = await load([{ model: production, where: sql`record.name = ${`Two`} and ${true}` }])

    expect(rowsOf(loaded?.tables[0] as SnapshotTable)).toEqual([['p2', 1, null, 'Two', 'infinity']])
  })

  test('A1: a check that says no ends the load before anything is read', async () => {
    const check = async () => false

    expect(await readSnapshot(stage.database, roomReads(schema, production, 'p1'), { check })).toBeNull()
  })

  test('a load larger than its limit is refused, and the next one works', async () => {
    const small = readSnapshot(stage.database, roomReads(schema, production, 'p1'), {
      maxCharacters: 100_000,
    })

    await expect(small).rejects.toThrow(SnapshotTooLargeError)
    expect((await load())?.tables).toHaveLength(4)
  })
})

describe.each(SERVERS)('%s', (kind) => {
  test('L2: rows and cursor are of one snapshot, whoever writes meanwhile', async () => {
    const stage = await openMigrated(kind, schema)
    await stage.database.query(`
      insert into productions (id, name) values ('p1', 'One');
      insert into cameras (id, production_id, name) select 'c' || n, 'p1', 'Camera' from generate_series(1, 50) n`)
    const tail = await startTail(stage.database, {}, () => {})
    let isDone = false
    const writing = (async () => {
      while (!isDone) await stage.database.query('update cameras set zoom = zoom + 1')
    })()

    for (let count = 0; count < 20; count++) {
      const loaded = await readSnapshot(stage.database, roomReads(schema, production, 'p1'))
      const cameras = rowsOf(loaded?.tables.find(({ model }) => model === 'camera') as SnapshotTable)
      const logged = await stage.database.query<{ xid: string; version: number }>(
        `select xid::text as xid, version from syncline.log where model = 'camera' and id = 'c1' order by version`,
      )
      const seen = logged.filter(({ xid }) => isVisible(xid, loaded?.snapshot as string)).at(-1)

      expect(new Set(cameras.map(([, version]) => version)).size).toBe(1)
      expect(cameras.find(([id]) => id === 'c1')?.[1]).toBe(seen?.version)
    }

    isDone = true
    await writing
    await tail.close()
    await stage.close()
  })
})
