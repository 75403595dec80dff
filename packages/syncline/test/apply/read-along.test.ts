/** Lone updates that tell the tail what they have logged, among everything else that may write to a database meanwhile. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createWriter } from '../../src/postgres/apply/writer.ts'
import type { Connection } from '../../src/postgres/database.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { watchLog } from '../log/log-fixture.ts'
import { ana, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'
import { watched } from './watched-database.ts'

const LONE_WRITES = 400

/** What a table of heirs has to do without. */
const WITH_KEY = `alter table photos drop constraint if exists photos_camera_id_fkey;
  alter table photos add constraint photos_camera_id_fkey foreign key (camera_id) references cameras on delete cascade`

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })
  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  /** A writer whose lone ops take the tail's read along, as a server's does. */
  const open = async () => {
    const log = await watchLog(crew.database, { pollMs: 60_000 })
    const { tail } = log
    const { database, sent } = watched(crew.database)
    const writer = await createWriter(database, schema, rules, {
      onError: console.error,
      readAlong: () => tail.readAlong(),
      beginQuiet: () => tail.beginQuiet(),
    })
    const close = async () => {
      await writer.close()
      await tail.close()
    }
    return { log, sent, device: new TestDevice(writer, ana), close }
  }
  const shortReads = (sent: readonly string[][]) =>
    sent.filter((texts) => texts.some((text) => /^select pg_current_snapshot\(\).* as numbered$/s.test(text)))

  test('L1, L2: among commits, rollbacks and open transactions, each change is handed on once, in its order', async () => {
    const { log, sent, device, close } = await open()
    await device.push(...['mine', 'a', 'b', 'c'].map((id) => camera(id)))
    let isOver = false
    const others = await Promise.all(
      ['a', 'b', 'c'].map(async (id, index) => {
        const connection = await crew.database.connect(`other ${id}`)
        return { connection, ended: disturb(connection, id, index, () => isOver) }
      }),
    )

    for (let count = 0; count < LONE_WRITES; count++)
      await device.push(update('camera', 'mine', { name: `name ${count}` }))
    isOver = true
    for (const { connection, ended } of others) {
      await ended
      await connection.close()
    }
    // Alone again, and soon nothing has to be read back.
    sent.length = 0
    let alone = 0
    while (shortReads(sent).length < 10 && alone < 500)
      await device.push(update('camera', 'mine', { zoom: ++alone }))
    const short = shortReads(sent).length
    const logged = await crew.database.query<{ id: string; version: number }>(
      "select id, version from syncline.log where model = 'camera' order by seq",
    )
    await log.until(() => log.rows().length >= logged.length)
    await close()

    expect(logged.filter(({ id }) => id === 'mine')).toHaveLength(1 + LONE_WRITES + alone)
    expect(logged.length).toBeGreaterThan(LONE_WRITES + 60)
    const versions = (rows: readonly { id: string; version: number }[], of: string) =>
      rows.filter(({ id }) => id === of).map(({ version }) => version)
    for (const id of ['mine', 'a', 'b', 'c']) expect(versions(log.rows(), id)).toEqual(versions(logged, id))
    expect(short).toBe(10)
  })

  test('L1: where two records have one id, the changes of both are handed on', async () => {
    const { log, device, close } = await open()
    await device.push(camera('twice'))
    await crew.database.query(
      "alter table cameras drop constraint cameras_pkey cascade; insert into cameras select * from cameras where id = 'twice'",
    )
    for (let count = 0; count < 12; count++) await device.push(update('camera', 'twice', { zoom: count + 1 }))
    const logged = await crew.database.query(
      "select from syncline.log where id = 'twice' and action = 'update'",
    )
    await log.until(() => log.rows().filter(({ id }) => id === 'twice').length >= logged.length)
    await close()
    await crew.database.query(
      `delete from cameras where id = 'twice'; alter table cameras add primary key (id); ${WITH_KEY}`,
    )

    expect(logged.length).toBeGreaterThan(12)
    expect(log.rows().filter(({ id, action }) => id === 'twice' && action === 'update')).toHaveLength(
      logged.length,
    )
  })

  const WRITES = `create function write_beside() returns void language sql as
    $$ insert into photos (id, camera_id, caption) values (gen_random_uuid()::text, 'guarded', 'beside') $$;
    create function writes_beside(text) returns boolean language plpgsql as
    $$ begin if $1 like 'beside%' then perform write_beside(); end if; return true; end $$;
    create function write_beside_row() returns trigger language plpgsql as $$ begin perform write_beside(); return null; end $$;`

  test.each([
    [
      "a constraint's function",
      'alter table cameras add constraint beside check (writes_beside(name)) not valid',
    ],
    [
      'a constraint of devices',
      "alter table syncline.devices add constraint beside check (writes_beside('beside')) not valid",
    ],
    [
      'a trigger of devices',
      'create trigger beside after update on syncline.devices for each row execute function write_beside_row()',
    ],
    [
      'a deferred trigger of devices',
      'create constraint trigger beside after update on syncline.devices deferrable initially deferred for each row execute function write_beside_row()',
    ],
    [
      'a trigger of the log',
      "create trigger beside after insert on syncline.log for each row when (new.model = 'camera') execute function write_beside_row()",
    ],
    [
      'a trigger of an heir',
      "create table heirs () inherits (cameras); create trigger beside after update on heirs for each row execute function write_beside_row(); insert into heirs select * from only cameras where id = 'guarded'; delete from only cameras where id = 'guarded'",
    ],
  ])('L1: what %s writes beside a lone update is handed on, once', async (_what, ddl) => {
    const { log, sent, device, close } = await open()
    const [start] = await crew.database.query<{ seq: string }>(
      'select coalesce(max(seq), 0)::text as seq from syncline.log',
    )
    await crew.database.query(WRITES)
    await device.push(camera('guarded'))
    for (let count = 0; count < 10; count++)
      await device.push(update('camera', 'guarded', { name: `${count}` }))
    expect(shortReads(sent).length).toBeGreaterThan(0)
    const owner = await crew.database.connect('owner')
    await owner.query(
      ddl.includes('heirs') ? `alter table photos drop constraint photos_camera_id_fkey; ${ddl}` : ddl,
    )

    for (let count = 0; count < 10; count++)
      await device.push(update('camera', 'guarded', { name: `beside ${count}` }))
    const logged = await crew.database.query<{ id: string }>(
      "select id from syncline.log where model = 'photo' and seq > $1 order by seq",
      [start?.seq as string],
    )
    const photos = () => log.rows().filter(({ model }) => model === 'photo')
    await log.until(() => photos().length >= logged.length)
    const seen = photos()
    await close()
    await owner.query(
      `drop table if exists heirs; drop function write_beside, writes_beside, write_beside_row cascade;
       delete from photos; delete from cameras where id = 'guarded'; ${WITH_KEY}`,
    )
    await owner.close()

    expect(logged.length).toBeGreaterThanOrEqual(10)
    expect(seen.map(({ id }) => id)).toEqual(logged.map(({ id }) => id))
  })

  test('L3: a transaction that stays open delays nobody, and what it wrote comes when it ends', async () => {
    const { log, device, close } = await open()
    await device.push(camera('free'), camera('held'))
    const other = await crew.database.connect('other')
    await other.query("begin; update cameras set name = 'held back' where id = 'held'")

    for (let count = 0; count < 20; count++) await device.push(update('camera', 'free', { zoom: count + 1 }))
    const ids = () => log.rows().map(({ id }) => id)
    await log.until(() => ids().filter((id) => id === 'free').length >= 21)
    const before = ids()
    await other.query('commit')
    await log.until(() => log.rows().some(({ id, action }) => id === 'held' && action === 'update'))
    await other.close()
    await close()

    expect(before.filter((id) => id === 'free')).toHaveLength(21)
    expect(log.rows().filter(({ id }) => id === 'held')).toHaveLength(2)
  })
})

/** Transactions of every kind, until it is over; some write what is captured. */
async function disturb(connection: Connection, id: string, seed: number, isOver: () => boolean) {
  const random = seededRandom(seed)
  for (let count = 0; !isOver(); count++) {
    const kind = Math.floor(random() * 5)
    if (kind === 0) await connection.query('select pg_current_xact_id()')
    else {
      await connection.query('begin')
      if (kind > 1) await connection.query(`update cameras set zoom = zoom + 1 where id = '${id}'`)
      else await connection.query('select pg_current_xact_id()')
      if (kind === 3) await connection.query(`savepoint s; select pg_current_xact_id(); rollback to s`)
      await pause(random() * 4)
      await connection.query(kind === 4 ? 'rollback' : 'commit')
    }
    await pause(random() * 6)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
