/** L1 under concurrency: rooms stay those of the parents, and lives of one id follow one another. */
import fc from 'fast-check'
import type pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { expectLogEqualsTables, readLog } from './oracle.ts'
import { schema } from './schema.ts'
import { openMigrated, SERVERS, type Stage } from './stage.ts'

const WRITERS = 8
const STEPS = 60

let stage: Stage
afterEach(() => stage.close())

/** Numbers that repeat for a seed: one sequence per writer. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Deadlock, serialization failure, duplicate, missing parent. */
const EXPECTED: ReadonlySet<string> = new Set(['40P01', '40001', '23505', '23503'])

/** Runs the same kind of work on many connections; a refused statement (deadlock, duplicate) ends its transaction only. */
async function writeAtOnce(
  seed: number,
  step: (client: pg.Client, pick: (below: number) => number) => Promise<unknown>,
): Promise<void> {
  const writers = Array.from({ length: WRITERS }, async (_, index) => {
    const client = (await stage.server?.connect()) as pg.Client
    const pick = randomNumbers(seed + index * 7919)
    for (let count = 0; count < STEPS; count++) {
      try {
        await step(client, pick)
      } catch (error) {
        await client.query('rollback')
        if (EXPECTED.has(String((error as { code?: string }).code))) continue
        throw new Error(`Seed ${seed}, writer ${index}, step ${count}: ${String(error)}`, { cause: error })
      }
    }
    await client.end()
  })
  await Promise.all(writers)
}

/** Until so many connections of the database wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  const waiting = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(async () => (await stage.database.query(waiting))[0]?.['count']).toBe(count)
}

const newSeed = () => fc.sample(fc.nat(), 1)[0] as number

describe.each(SERVERS)('%s', (kind) => {
  test('L1: parents that move while children are written end with every record in its room', async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`
      insert into productions (id, name) select 'p' || n, 'P' from generate_series(0, 3) n;
      insert into cameras (id, production_id, name) select 'c' || n, 'p' || n % 4, 'C' from generate_series(0, 5) n;
      insert into photos (id, camera_id, caption) select 'f' || n, 'c' || n % 6, 'F' from generate_series(0, 11) n`)
    const seed = newSeed()

    await writeAtOnce(seed, async (client, pick) => {
      const statements = [
        () =>
          client.query('update cameras set production_id = $1 where id = $2', [`p${pick(4)}`, `c${pick(6)}`]),
        () => client.query('insert into photos (camera_id, caption) values ($1, $2)', [`c${pick(6)}`, 'New']),
        () => client.query('update photos set camera_id = $1 where id = $2', [`c${pick(6)}`, `f${pick(12)}`]),
        () => client.query('insert into comments (photo_id, body) values ($1, $2)', [`f${pick(12)}`, 'New']),
        () =>
          client.query(
            'update comments set photo_id = $1, body = $2 where id in (select id from comments limit 1 offset $3)',
            [`f${pick(12)}`, 'Moved', pick(20)],
          ),
        () =>
          client.query('delete from comments where id in (select id from comments limit 1 offset $1)', [
            pick(20),
          ]),
      ]
      await client.query('begin')
      for (let count = 0; count <= pick(3); count++) {
        if (pick(4) === 0) await client.query('savepoint s')
        await statements[pick(statements.length)]?.()
      }
      await client.query(pick(6) === 0 ? 'rollback' : 'commit')
    })

    await expectLogEqualsTables(stage.database, schema).catch((error: Error) => {
      throw new Error(`Seed ${seed}: ${error.message}`, { cause: error })
    })
    expect((await readLog(stage.database)).filter(({ action }) => action === 'enter').length).toBeGreaterThan(
      20,
    )
  })

  test('L1: an id that is deleted and created by many at once never lives twice at one version', async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query("insert into productions (id, name) values ('p', 'P')")
    const seed = newSeed()

    await writeAtOnce(seed, async (client, pick) => {
      const id = `c${pick(3)}`
      const statements = [
        () => client.query('delete from cameras where id = $1', [id]),
        () =>
          client.query(
            "insert into cameras (id, production_id, name) values ($1, 'p', 'N') on conflict do nothing",
            [id],
          ),
        () =>
          client.query(
            "insert into cameras (id, production_id, name) values ($1, 'p', 'U') on conflict (id) do update set zoom = cameras.zoom + 1",
            [id],
          ),
        () => client.query('update cameras set zoom = zoom + 1 where id = $1', [id]),
      ]
      await client.query('begin')
      for (let count = 0; count <= pick(2); count++) await statements[pick(statements.length)]?.()
      await client.query(pick(6) === 0 ? 'rollback' : 'commit')
    })

    await expectLogEqualsTables(stage.database, schema).catch((error: Error) => {
      throw new Error(`Seed ${seed}: ${error.message}`, { cause: error })
    })
    const lives = (await readLog(stage.database)).filter(
      ({ action, version }) => action === 'create' && version > 1,
    )
    expect(lives.length).toBeGreaterThan(10)
  })

  test('L1: an insert that waited for the delete of the same id begins above it', async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`insert into productions (id, name) values ('p', 'P');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C'); update cameras set zoom = 2`)
    const [deleter, inserter] = [await stage.server?.connect(), await stage.server?.connect()]
    await deleter?.query("begin; delete from cameras where id = 'c'")
    const inserted = inserter?.query(
      "insert into cameras (id, production_id, name) values ('c', 'p', 'Again')",
    )
    await untilWaiting(1)

    await deleter?.query('commit')
    await inserted

    expect(await stage.database.query('select version, field_versions from cameras')).toEqual([
      { version: 4, field_versions: '{"name": 4, "note": 4, "zoom": 4, "productionId": 4}' },
    ])
    expect(
      (await readLog(stage.database)).slice(-2).map(({ action, version }) => `${action} ${version}`),
    ).toEqual(['delete 3', 'create 4'])
    await expectLogEqualsTables(stage.database, schema)
  })

  test('L1: a child that waits for a parent that is edited and then moved is written into the new room', async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C')`)
    const open = async () => (await stage.server?.connect()) as pg.Client
    const [mover, earlier, later] = [await open(), await open(), await open()]
    const insert = "insert into photos (id, camera_id, caption) values ($1, 'c', 'F')"
    await mover.query("begin; update cameras set name = 'Edited'")
    await earlier.query('begin')
    await earlier.query(insert, ['earlier'])

    // The move waits for the child that is being written, and the next child for the move.
    const moved = mover.query("update cameras set production_id = 'q'")
    await untilWaiting(1)
    await earlier.query('commit')
    await moved
    const inserted = later.query(insert, ['later'])
    await untilWaiting(1)
    await mover.query('commit')
    await inserted

    expect(await stage.database.query('select id, sync_room from photos order by id')).toEqual([
      { id: 'earlier', sync_room: 'q' },
      { id: 'later', sync_room: 'q' },
    ])
    await expectLogEqualsTables(stage.database, schema)
  })

  test.each([
    ['moved', "update cameras set production_id = 'q'"],
    [
      'edited and moved at once',
      "begin; update cameras set name = 'E'; update cameras set production_id = 'q'; commit",
    ],
    [
      'edited, then moved',
      "update cameras set name = 'E'; begin; update cameras set production_id = 'q'; commit",
    ],
    [
      'moved, then edited',
      "begin; update cameras set production_id = 'q'; commit; update cameras set name = 'E'",
    ],
    [
      'edited, then locked and moved within a savepoint',
      `begin; update cameras set name = 'E'; commit;
       begin; select from cameras for update; savepoint s; update cameras set production_id = 'q'; commit`,
    ],
    [
      'edited, then moved within a savepoint after a savepoint that locked it',
      `begin; update cameras set name = 'E'; commit;
       begin; savepoint s; select from cameras for update; release s; savepoint t;
       update cameras set production_id = 'q'; commit`,
    ],
  ])("L1: a snapshot older than its parent's move leaves no child behind: %s", async (_, move) => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C');
      insert into photos (id, camera_id, caption) values ('f', 'c', 'F')`)
    const open = async () => (await stage.server?.connect()) as pg.Client
    const [mover, photos, comments] = [await open(), await open(), await open()]
    for (const writer of [photos, comments]) {
      await writer.query('begin isolation level repeatable read; select count(*) from members')
    }
    const write = (writer: pg.Client, text: string) =>
      writer.query(`${text}; commit`).catch((error: { code?: string }) => error.code)

    await mover.query(move)
    const refused = [
      await write(photos, "insert into photos (id, camera_id, caption) values ('late', 'c', 'L')"),
      await write(comments, "insert into comments (id, photo_id, body) values ('late', 'f', 'L')"),
    ]

    // PostgreSQL's answer to whoever would have to see what came later: the transaction is run again.
    expect(refused).toEqual(['40001', '40001'])
    await expectLogEqualsTables(stage.database, schema)
  })

  describe('children that are written under REPEATABLE READ', () => {
    const openWriters = async () => {
      stage = await openMigrated(kind, schema)
      await stage.database.query(`insert into productions (id, name) values ('p', 'P');
        insert into cameras (id, production_id, name) values ('c', 'p', 'C')`)
      const open = async () => {
        const client = (await stage.server?.connect()) as pg.Client
        await client.query("set lock_timeout = '5s'")
        return client
      }
      return [await open(), await open()] as const
    }
    const begin = 'begin isolation level repeatable read; select count(*) from members'
    const insert = (id: string) => `insert into photos (id, camera_id, caption) values ('${id}', 'c', 'F')`
    const codeOf = (answer: Promise<unknown>) =>
      answer.then(
        () => 'done',
        (error: { code?: string }) => error.code,
      )

    test('keep nobody from editing the parent while they are open', async () => {
      const [writer, editor] = await openWriters()
      await writer.query(`${begin}; ${insert('f')}; ${insert('g')}`)

      expect(await codeOf(editor.query("update cameras set name = 'E'"))).toBe('done')
      expect(await codeOf(writer.query('commit'))).toBe('done')
      await expectLogEqualsTables(stage.database, schema)
    })

    test('and then edit the parent: the later is refused as a serialization failure, and none is deadlocked', async () => {
      const writers = await openWriters()
      for (const [place, writer] of writers.entries()) await writer.query(`${begin}; ${insert(`f${place}`)}`)

      const answers = writers.map((writer) => codeOf(writer.query("update cameras set name = 'E'; commit")))

      expect((await Promise.all(answers)).sort()).toEqual(['40001', 'done'])
      await expectLogEqualsTables(stage.database, schema)
    })

    test.each(["update photos set caption = 'L' where id = 'f'", "delete from photos where id = 'f'"])(
      'are refused as a serialization failure where the parent took them to another room since the snapshot: %s',
      async (write) => {
        const [writer, mover] = await openWriters()
        await mover.query(`insert into productions (id, name) values ('q', 'Q'); ${insert('f')}`)
        await writer.query(begin)
        await mover.query("update cameras set production_id = 'q'")

        expect(await codeOf(writer.query(write))).toBe('40001')
        await writer.query(`rollback; ${begin}; ${write}; commit`)
        await expectLogEqualsTables(stage.database, schema)
      },
    )

    test('are refused as a serialization failure where the parent was edited since the snapshot', async () => {
      const [writer, editor] = await openWriters()
      await writer.query(begin)
      await editor.query("update cameras set name = 'E'")

      expect(await codeOf(writer.query(insert('f')))).toBe('40001')
      await writer.query(`rollback; ${begin}; ${insert('f')}; commit`)
      await expectLogEqualsTables(stage.database, schema)
    })
  })

  test('L1: a move that cannot see all children loads both rooms again and settles them afterwards', async () => {
    stage = await openMigrated(kind, schema)
    await stage.database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C')`)
    const [mover, writer] = [await stage.server?.connect(), await stage.server?.connect()]
    await mover?.query('begin isolation level repeatable read; select count(*) from photos')
    await writer?.query("insert into photos (id, camera_id, caption) values ('f', 'c', 'Unseen')")

    await mover?.query("update cameras set production_id = 'q'; commit")
    const [unseen] = await stage.database.query('select sync_room from photos')
    await stage.database.query('select syncline.settle_rooms()')

    expect(unseen).toEqual({ sync_room: 'p' })
    expect(await stage.database.query('select sync_room from photos')).toEqual([{ sync_room: 'q' }])
    expect(
      (await readLog(stage.database))
        .slice(-6)
        .map(({ room, model, action }) => `${room} ${model} ${action}`),
    ).toEqual([
      'Production:p camera leave',
      'Production:q camera enter',
      'Production:p camera truncate',
      'Production:q camera truncate',
      'Production:p photo leave',
      'Production:q photo enter',
    ])
  })
})
