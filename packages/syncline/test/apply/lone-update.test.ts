/** An update that stands alone is one statement without functions and triggers, and leaves what these would have left. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { createWriter, type Writer } from '../../src/postgres/apply/writer.ts'
import type { WriterOptions } from '../../src/postgres/apply/writer-options.ts'
import type { Connection } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { WAKE_CHANNEL } from '../../src/postgres/log/wake.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'
import { watched } from './watched-database.ts'

const CHANGES: readonly (readonly [fields: Record<string, unknown>, assignment: string])[] = [
  [{ name: "Café \\ 'left' \u2028" }, "name = E'Café \\\\ ''left'' \u2028'"],
  [{ name: 'as it was' }, "name = 'as it was'"],
  [{ note: null }, 'note = null'],
  [{ note: 'new', name: 'both' }, "note = 'new', name = 'both'"],
  [{ zoom: { $inc: 3 } }, 'zoom = zoom + 3'],
  [{ tags: { $add: ['b', 'c'], $remove: ['a'] } }, "tags = '{b,c}'"],
  [{ details: { maker: 'x7', depth: [1, null, 2.5] } }, `details = '{"maker":"x7","depth":[1,null,2.5]}'`],
  [{ details: null, name: 'bare' }, "details = null, name = 'bare'"],
]

describe.each(Object.entries(inject('servers')))('a lone update on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let writer: Writer
  let sent: string[][]
  let device: TestDevice

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
    ;({ writer, sent } = await open())
    device = new TestDevice(writer, ana)
    await device.push(
      ...['one', 'two', 'three', 'four', 'five'].map((id) => camera(id, { name: 'as it was', tags: ['a'] })),
    )
  })
  afterAll(async () => {
    await writer.close()
    await crew.close()
    await plain.drop()
  })

  const open = async (options: WriterOptions = {}) => {
    const seen = watched(crew.database)
    return {
      ...seen,
      writer: await createWriter(seen.database, schema, rules, { onError: console.error, ...options }),
    }
  }
  /** How many updates went without a function, and how many with one. */
  const ways = (statements: readonly string[][]) => {
    const texts = statements.flat()
    return {
      alone: texts.filter((text) => text.startsWith('with syncline_written')).length,
      called: texts.filter((text) => /^select .*_one\(/.test(text)).length,
    }
  }
  // The driver leaves jsonb as text, which a change's fields are in the log.
  const logged = async (id: string) => {
    const rows = await crew.database.query<{ fields: string; version: number }>(
      `select room, action, fields, before, version, marks, source from syncline.log
       where model = 'camera' and id = $1 and action = 'update' order by version`,
      [id],
    )
    return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) as Record<string, unknown> }))
  }
  const stored = (id: string) =>
    crew.database.query(
      'select name, note, zoom, tags, details, version, field_versions from cameras where id = $1',
      [id],
    )
  const deviceRow = async (of: TestDevice) => {
    const [row] = await crew.database.query<{ last_op: string; last_key: string | null }>(
      'select last_op::text, last_key from syncline.devices where device = $1',
      [of.device],
    )
    return row
  }
  const isWaiting = async () =>
    (await crew.database.query('select from pg_locks where not granted')).length > 0
  const whileLocked = async (work: (other: Connection) => Promise<unknown>, push: () => Promise<unknown>) => {
    const other = await crew.database.connect('other')
    await work(other)
    const pushed = push()
    await expect.poll(isWaiting).toBe(true)
    await other.query('commit')
    await pushed
    await other.close()
  }

  test('L1: every kind of change is stamped and logged as the triggers do it', async () => {
    sent.length = 0
    for (const [fields, assignment] of CHANGES) {
      await device.push(update('camera', 'one', fields))
      await crew.database.query(`update cameras set ${assignment} where id = 'two'`)
    }

    // What would change nothing is left to the function.
    expect(ways(sent)).toEqual({ alone: CHANGES.length, called: 1 })
    expect(await stored('one')).toEqual(await stored('two'))
    const changes = await logged('one')
    expect(changes).toHaveLength(CHANGES.length - 1)
    const bySql = (await logged('two')).map((row) => ({ ...row, source: 'app' }))
    expect(changes).toEqual(bySql)
    const [author] = await crew.database.query(
      "select device, op::text, actor from syncline.log where id = 'one' and action = 'update' order by version desc limit 1",
    )
    const { last_op: op } = (await deviceRow(device)) as { last_op: string }
    expect(author).toEqual({ device: device.device, op, actor: ana.id })
  })

  test('W2: the device moves with the record; from elsewhere, nothing is written', async () => {
    const phone = new TestDevice(writer, ana)
    await phone.push(update('camera', 'two', { zoom: 1 }))
    await phone.push(update('camera', 'two', { zoom: 2 }))
    // Another server has taken the same number meanwhile.
    await crew.database.query('update syncline.devices set last_op = 3 where device = $1', [phone.device])
    const [before] = await stored('two')

    const outcome = await phone.push(update('camera', 'two', { zoom: 9 }))

    expect(outcome).toMatchObject({ lastOp: 3, rejected: [] })
    expect(await stored('two')).toEqual([before])
  })

  test('W3: what it does not write is refused, or keeps its conflict, as any other op', async () => {
    sent.length = 0
    const stranger = new TestDevice(writer, ben)
    await stranger.push(update('camera', 'three', { note: 'first' }))
    await stranger.push(update('camera', 'three', { note: 'second' }))
    const missing = await stranger.push(update('camera', 'none', { note: 'lost' }))
    const late = await device.push(update('camera', 'three', { note: 'late' }, { base: 1 }))

    expect(missing.rejected).toMatchObject([{ code: 'not_found' }])
    expect(late.conflicts).toMatchObject([{ field: 'note', mine: 'late', theirs: 'second' }])
    expect(ways(sent).called).toBeGreaterThanOrEqual(2)
    expect(await stored('three')).toMatchObject([{ note: 'second', version: 3 }])
  })

  test('L1: what another transaction changes meanwhile is not overwritten unseen', async () => {
    await device.push(update('camera', 'four', { name: 'before' }))

    await whileLocked(
      (other) => other.query("begin; update cameras set note = 'theirs' where id = 'four'"),
      () => device.push(update('camera', 'four', { name: 'ours' })),
    )

    expect((await logged('four')).map(({ fields, version }) => [version, fields])).toEqual([
      [2, { name: 'before' }],
      [3, { note: 'theirs' }],
      [4, { name: 'ours' }],
    ])
  })

  test.each(['planned before', 'planned while it waits'])(
    'L1: a trigger that comes while the statement waits for the table is seen (%s)',
    async (when) => {
      const fresh = await open({ lockTimeoutMs: 10_000 })
      const tablet = new TestDevice(fresh.writer, ana)
      await tablet.push(update('camera', 'five', { zoom: 1 }))
      // The functions are there, and the plan where it shall be.
      await tablet.push(update('camera', 'five', { name: when }), update('camera', 'four', { zoom: 1 }))
      if (when === 'planned before') await tablet.push(update('camera', 'five', { name: `${when}, again` }))
      fresh.sent.length = 0

      await whileLocked(
        (other) =>
          other.query(`begin;
            create function note_it() returns trigger language plpgsql as $$ begin new.note := new.name; return new; end $$;
            create trigger aa_note before update on cameras for each row execute function note_it()`),
        () => tablet.push(update('camera', 'five', { name: `${when}, late` })),
      )
      const seen = ways(fresh.sent)
      await crew.database.query('drop trigger aa_note on cameras; drop function note_it()')
      await fresh.writer.close()

      expect(seen).toEqual({ alone: 1, called: 1 })
      expect((await logged('five')).at(-1)).toMatchObject({
        fields: { name: `${when}, late`, note: `${when}, late` },
      })
    },
  )

  test('L1: after the triggers were changed and made again, lone updates log themselves again', async () => {
    await device.push(update('camera', 'one', { name: 'first' }))
    await crew.database.query('alter table cameras add column spare text')
    const way = async (name: string) => {
      sent.length = 0
      await device.push(update('camera', 'one', { name }))
      return ways(sent)
    }
    expect(await way('second')).toEqual({ alone: 1, called: 1 })
    // The first five are planned each for itself.
    for (let count = 0; count < 8; count++) await way(`${count}`)
    expect(await way('third')).toEqual({ alone: 1, called: 0 })

    const [source] = await crew.database.query<{ text: string }>(
      "select pg_get_functiondef('syncline.log_cameras'::regproc) as text",
    )
    await crew.database.query(source?.text ?? '')
    expect(await way('fourth')).toEqual({ alone: 1, called: 1 })
    expect(await way('fifth')).toEqual({ alone: 1, called: 0 })

    await migrate(crew.database, schema)
    await way('sixth')
    const names = (await logged('one')).map(({ fields }) => fields['name'])
    expect(names.slice(-4)).toEqual(['third', 'fourth', 'fifth', 'sixth'])
    expect(names.slice(-14, -12)).toEqual(['first', 'second'])
  })

  test("L1: a writer that may not execute the triggers' functions finds out when one is replaced", async () => {
    const role = `writer_${Math.random().toString(36).slice(2, 8)}`
    await crew.database.query(`create role ${role} login; grant usage on schema public, syncline to ${role};
      grant all on all tables in schema public, syncline to ${role};
      grant all on all sequences in schema syncline to ${role};
      grant execute on all functions in schema syncline to ${role};
      revoke execute on function syncline.log_cameras(), syncline.stamp_cameras() from ${role}`)
    const url = new URL(plain.url)
    url.username = role
    const database = postgres(url.href)
    const seen = watched(database)
    const plainWriter = await createWriter(seen.database, schema, rules, { onError: console.error })
    const laptop = new TestDevice(plainWriter, ana)
    const way = async (name: string) => {
      seen.sent.length = 0
      await laptop.push(update('camera', 'two', { name }))
      return ways(seen.sent)
    }
    // The first five are planned each for itself.
    for (let count = 0; count < 8; count++) await way(`before ${count}`)
    expect(await way('before')).toEqual({ alone: 1, called: 0 })
    const [source] = await crew.database.query<{ text: string }>(
      "select pg_get_functiondef('syncline.log_cameras'::regproc) as text",
    )
    await crew.database.query(source?.text ?? '')
    const after = await way('after')
    await plainWriter.close()
    await database.close()
    await crew.database.query(`drop owned by ${role}; drop role ${role}`)

    expect(after).toEqual({ alone: 1, called: 1 })
    expect((await logged('two')).at(-1)).toMatchObject({ fields: { name: 'after' } })
  })

  test('L2: it wakes whoever sleeps, unless the process wakes its own tail', async () => {
    const listener = await crew.database.connect('listener')
    const woken = async (isQuiet: boolean) => {
      const quiet = await open(isQuiet ? { beginQuiet: () => () => {} } : {})
      const author = new TestDevice(quiet.writer, ana)
      await author.push(update('camera', 'two', { note: 'warm' }))
      await author.push(update('camera', 'two', { note: `${isQuiet}` }))
      quiet.sent.length = 0
      await author.push(update('camera', 'two', { note: `${isQuiet} too` }))
      const seen = ways(quiet.sent)
      await quiet.writer.close()
      expect(seen).toEqual({ alone: 1, called: 0 })
    }
    // A tail that sleeps holds this lock: writers that cannot share it notify.
    await listener.query('select pg_advisory_lock(6014960150629674597)')
    const notified: number[] = []
    const heard = await crew.database.listen(WAKE_CHANNEL, () => void notified.push(1))
    await woken(true)
    const quietly = notified.length
    await woken(false)
    await expect.poll(() => notified.length).toBeGreaterThan(quietly)
    await heard.close()
    await listener.close()

    expect(quietly).toBe(0)
  })

  test('W3: what could not be prepared while a table was away is written when it is back', async () => {
    const away = await open({ patienceMs: 100, onError: () => {} })
    const phone = new TestDevice(away.writer, ana)
    await phone.push(update('camera', 'three', { zoom: 1 }))
    await crew.database.query('alter table cameras rename to elsewhere')
    const ops = phone.number([update('camera', 'three', { zoom: 2 })])
    const refused = await phone.send(ops)
    await crew.database.query('alter table elsewhere rename to cameras')
    const outcome = await away.writer.push({ device: phone.device, user: ana, ops })
    await away.writer.close()

    expect(refused).toMatchObject({ refused: { code: 'unavailable' } })
    expect(outcome).toMatchObject({ lastOp: 2, rejected: [] })
    expect(await stored('three')).toMatchObject([{ zoom: 2 }])
  })
})
