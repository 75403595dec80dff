/** Updates that stamp and log in their own statement leave what the triggers would have left. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Database, Row } from '../../src/postgres/database.ts'
import { FAILED_OP } from '../../src/postgres/apply/apply-function.ts'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { createWriter, type Writer } from '../../src/postgres/apply/writer.ts'
import type { WriterOptions } from '../../src/postgres/apply/writer-options.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'
import { watched } from './watched-database.ts'

const LOGGED = `select id, room, model, action, fields, before, version, marks, source from syncline.log
  where model = 'camera' and action = 'update' order by id, version`
const STORED = `select id, name, note, zoom, tags, details, version, field_versions from cameras order by id`

/** What an op gives a camera, and the same as an assignment. */
const CHANGES: readonly (readonly [fields: Record<string, unknown>, assignment: string])[] = [
  [{ name: 'Stage left' }, "name = 'Stage left'"],
  [{ name: "Café \\ 'left' \u2028" }, "name = E'Café \\\\ ''left'' \u2028'"],
  [{ name: 'as it was' }, "name = 'as it was'"],
  [{ note: null }, 'note = null'],
  [{ note: 'new' }, "note = 'new'"],
  [{ note: 'old', name: 'both' }, "note = 'old', name = 'both'"],
  [{ note: 'old', name: 'as it was' }, "note = 'old', name = 'as it was'"],
  [{ zoom: { $inc: 3 } }, 'zoom = zoom + 3'],
  [{ zoom: { $inc: 0 } }, 'zoom = zoom + 0'],
  [{ tags: { $add: ['b', 'c'], $remove: ['a'] } }, "tags = '{b,c}'"],
  [{ details: { maker: 'x7', depth: [1, null, 2.5] } }, `details = '{"maker":"x7","depth":[1,null,2.5]}'`],
  [{ details: null, name: 'bare' }, "details = null, name = 'bare'"],
]

describe.each(Object.entries(inject('servers')))(
  'sets that log themselves on PostgreSQL %s',
  (_major, server) => {
    let plain: TestDatabase
    let crew: Crew
    let writer: Writer
    let sent: string[][]
    let watchedDatabase: Database
    const sets = () => sent.flat().filter((text) => /_set\(\$1, /.test(text)).length

    beforeAll(async () => {
      plain = await createTestDatabase(server)
      crew = await openCrew(plain.url)
      const seen = watched(crew.database)
      watchedDatabase = seen.database
      sent = seen.sent
      writer = await createWriter(seen.database, schema, rules, { onError: console.error })
    })
    afterAll(async () => {
      await writer.close()
      await crew.close()
      await plain.drop()
    })

    const make = async (prefix: string, count: number) => {
      const ops = Array.from({ length: count }, (_, n) =>
        camera(`${prefix}${String(n).padStart(2, '0')}`, {
          name: 'as it was',
          ...(n === 6 ? { note: 'before' } : {}),
          tags: ['a', 'b'],
        }),
      )
      await new TestDevice(writer, ana).push(...ops)
      await crew.database.query("delete from syncline.log where model = 'camera'")
    }
    const ofTwins = (rows: readonly Row[], prefix: string) =>
      rows
        .filter(({ id }) => String(id).startsWith(prefix))
        .map(({ id, source: _, ...row }) => ({ ...row, id: String(id).slice(prefix.length) }))

    test('L1: every kind of change is stamped and logged as the triggers do it', async () => {
      await make('set', CHANGES.length * 2)
      await make('sql', CHANGES.length * 2)
      await make('new', CHANGES.length * 2)
      sent.length = 0

      // Each change twice, so that no run has a single op.
      const ops = (prefix: string) =>
        CHANGES.flatMap(([fields], n) =>
          [2 * n, 2 * n + 1].map((place) =>
            update('camera', `${prefix}${String(place).padStart(2, '0')}`, fields),
          ),
        )
      // Shapes that a connection has not seen before go another way.
      let inOneStatement = 0
      await expect
        .poll(async () => {
          sent.length = 0
          await new TestDevice(writer, ana).push(...ops('new'))
          inOneStatement = sets() > 5 ? inOneStatement + 1 : 0
          return inOneStatement
        })
        .toBeGreaterThan(5)
      sent.length = 0
      const { rejected } = await new TestDevice(writer, ana, 'phone').push(...ops('set'))
      for (const [n, [, assignment]] of CHANGES.entries()) {
        await crew.database.query(
          `update cameras set ${assignment} where id in ('sql${String(2 * n).padStart(2, '0')}', 'sql${String(2 * n + 1).padStart(2, '0')}')`,
        )
      }

      expect(rejected).toEqual([])
      expect(sets()).toBeGreaterThan(5)
      const stored = await crew.database.query(STORED)
      expect(ofTwins(stored, 'set')).toEqual(ofTwins(stored, 'sql'))
      const logged = await crew.database.query(LOGGED)
      expect(ofTwins(logged, 'set')).toEqual(ofTwins(logged, 'sql'))
      expect(ofTwins(logged, 'set')).toHaveLength(19)
      const authors = await crew.database.query(
        "select device, op::int, actor, source from syncline.log where id like 'set%' and action = 'update' order by op limit 2",
      )
      expect(authors).toEqual([
        { device: 'phone', op: 1, actor: ana.id, source: 'app' },
        { device: 'phone', op: 2, actor: ana.id, source: 'app' },
      ])
    })

    test('L1: what else is written in the same transaction is logged by the triggers', async () => {
      await make('mix', 3)
      sent.length = 0

      await new TestDevice(writer, ana).push(
        update('camera', 'mix00', { name: 'a' }),
        update('camera', 'mix01', { name: 'b' }),
        camera('mix09'),
        { action: 'delete', model: 'camera', id: 'mix02' },
      )

      expect(sets()).toBe(1)
      const actions = await crew.database.query(
        "select id, action from syncline.log where id like 'mix%' order by id, action",
      )
      expect(actions).toEqual([
        { id: 'mix00', action: 'update' },
        { id: 'mix01', action: 'update' },
        { id: 'mix02', action: 'delete' },
        { id: 'mix09', action: 'create' },
      ])
    })

    test('L1: after the capture was migrated, or a trigger was added, the triggers log, and once', async () => {
      const push = (value: string) =>
        new TestDevice(writer, ana).push(
          update('camera', 'late00', { name: value }),
          update('camera', 'late01', { name: value }),
        )
      const logged = () =>
        crew.database.query(
          `select id, fields ->> 'name' as name, fields ->> 'note' as note, version from syncline.log
         where id like 'late%' and action = 'update' order by version, id`,
        )
      await make('late', 2)
      await push('first')
      const [source] = await crew.database.query<{ text: string }>(
        "select pg_get_functiondef('syncline.log_cameras'::regproc) as text",
      )
      await crew.database.query(source?.text ?? '')
      await push('second')
      await crew.database.query(`
      create function note_it() returns trigger language plpgsql as $$ begin new.note := new.name; return new; end $$;
      create trigger aa_note before update on cameras for each row execute function note_it()`)
      await push('third')
      await crew.database.query('drop trigger aa_note on cameras; drop function note_it()')
      await migrate(crew.database, schema)
      await push('fourth')

      const expected = [
        ['first', null, 2],
        ['second', null, 3],
        ['third', 'third', 4],
        ['fourth', null, 5],
      ] as const
      expect(await logged()).toEqual(
        expected.flatMap(([name, note, version]) =>
          ['late00', 'late01'].map((id) => ({ id, name, note, version })),
        ),
      )
    })

    /** A writer that need not wake anybody: no other process writes. */
    const openAlone = async (prefix: string, options: WriterOptions) => {
      const seen = watched(crew.database)
      const alone = await createWriter(seen.database, schema, rules, {
        beginQuiet: () => () => {},
        ...options,
      })
      const push = (...places: number[]) =>
        new TestDevice(alone, ana).push(
          ...places.map((place) => update('camera', `${prefix}0${place}`, { name: 'of the set' })),
        )
      await make(prefix, 4)
      // The connection makes the functions.
      await push(3, 3)
      seen.sent.length = 0
      return { ...seen, alone, push }
    }
    const versionsOf = (prefix: string) =>
      crew.database.query(
        `select right(id, 1)::int as place, version, fields ->> 'name' as name, fields ->> 'note' as note from syncline.log
         where id like '${prefix}%' and action = 'update' and id not like '%3' order by id, version`,
      )
    const isWaiting = async () =>
      (await crew.database.query('select from pg_locks where not granted')).length > 0

    test('L1: a set that locks its own records leaves to the triggers what another transaction changed meanwhile', async () => {
      const { alone, push, sent: statements } = await openAlone('own', { lockTimeoutMs: 10_000 })
      const other = await crew.database.connect('other')
      await other.query("begin; update cameras set note = 'theirs' where id = 'own01'")

      const pushed = push(2, 1, 0)
      await expect.poll(isWaiting).toBe(true)
      await other.query('commit')
      const { rejected } = await pushed
      await other.close()
      await alone.close()

      expect(rejected).toEqual([])
      expect(statements.flat().filter((text) => text.includes('_set('))).toHaveLength(1)
      expect(statements.flat().some((text) => text.includes('for no key update'))).toBe(false)
      expect(await versionsOf('own')).toEqual([
        { place: 0, version: 2, name: 'of the set', note: null },
        { place: 1, version: 2, name: null, note: 'theirs' },
        { place: 1, version: 3, name: 'of the set', note: null },
        { place: 2, version: 2, name: 'of the set', note: null },
      ])
    })

    test('W4: a set that meets a lock tells which op it was, and that one waits alone', async () => {
      const { alone, push, failures } = await openAlone('held', { lockTimeoutMs: 20 })
      const other = await crew.database.connect('other')
      await other.query("begin; select from cameras where id = 'held01' for update")

      const pushed = push(0, 1, 2)
      await expect.poll(() => failures).toContain(FAILED_OP)
      await other.query('commit')
      const { rejected } = await pushed
      await other.close()
      await alone.close()

      expect(rejected).toEqual([])
      expect(await versionsOf('held')).toEqual(
        [0, 1, 2].map((place) => ({ place, version: 2, name: 'of the set', note: null })),
      )
    })

    // The writer gives up a lock after 50 ms; with 10 s, PostgreSQL finds the deadlock and ends one of the two.
    test.each([50, 10_000])(
      'W2, W3: a set that meets a transaction with the same records in another order is tried again, and both are committed (%s ms)',
      async (lockTimeoutMs) => {
        const prefix = `met${lockTimeoutMs}-`
        const { alone, push, sent: statements } = await openAlone(prefix, { lockTimeoutMs })
        const other = await crew.database.connect('other')
        // So that it is never the one that PostgreSQL ends.
        await other.query("set deadlock_timeout = '1h'")
        await other.query(`begin; update cameras set note = 'theirs' where id = '${prefix}00'`)

        const pushed = push(2, 1, 0)
        await expect.poll(isWaiting).toBe(true)
        await other.query(`update cameras set note = 'theirs' where id = '${prefix}02'; commit`)
        const { rejected } = await pushed
        await other.close()
        await alone.close()

        expect(rejected).toEqual([])
        expect(statements.flat().some((text) => text.includes('_set('))).toBe(true)
        const written = (await versionsOf(prefix)).map(({ place, name }) => [place, name])
        expect(written.filter(([, name]) => name === 'of the set')).toEqual(
          [0, 1, 2].map((place) => [place, 'of the set']),
        )
        expect(written.filter(([, name]) => name === null)).toHaveLength(2)
      },
    )

    test('after a change of their table, and after another one, sets log themselves again', async () => {
      let pushed = 0
      /** Pushes a set; how many statements wrote its log. */
      const statements = async () => {
        const name = `push ${pushed++}`
        await new TestDevice(writer, ana).push(
          ...['anew00', 'anew01'].map((id) => update('camera', id, { name })),
        )
        const [row] = await crew.database.query<{ count: number }>(
          "select count(distinct cmin::text)::int as count from syncline.log where id like 'anew%' and fields ->> 'name' = $1",
          [name],
        )
        return row?.count
      }
      await make('anew', 2)
      await expect.poll(statements).toBe(1)
      for (const column of ['spare', 'further']) {
        await crew.database.query(`alter table cameras add column ${column} text`)

        expect(await statements()).toBe(2)
        await expect.poll(statements).toBe(1)
      }

      await crew.database.query(`
        create function stand_by() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger aa_stand_by before update on cameras for each row execute function stand_by()`)
      for (let n = 0; n < 5; n++) expect(await statements()).toBe(2)
      await crew.database.query('drop trigger aa_stand_by on cameras; drop function stand_by()')
      await expect.poll(statements).toBe(1)
    })

    test('L1: where a foreign key passes an update on to other rows, the triggers log', async () => {
      await make('key', 2)
      await crew.database.query(`
        update cameras set note = null;
        alter table cameras add constraint cameras_note unique (note);
        create table labels (note text references cameras (note) on update cascade)`)
      const fresh = await createWriter(watchedDatabase, schema, rules, { onError: console.error })
      const push = (value: string) =>
        new TestDevice(fresh, ana).push(
          update('camera', 'key00', { note: `${value} 0` }),
          update('camera', 'key01', { note: `${value} 1` }),
        )
      await push('first')
      sent.length = 0
      await push('second')
      await fresh.close()

      expect(sets()).toBe(0)
      expect(sent.flat().some((text) => /_set\(\$1::jsonb, \$2\)/.test(text))).toBe(true)
      const versions = await crew.database.query(
        "select id, version from syncline.log where id like 'key%' and action = 'update' order by id, version",
      )
      expect(versions).toEqual([
        { id: 'key00', version: 2 },
        { id: 'key00', version: 3 },
        { id: 'key01', version: 2 },
        { id: 'key01', version: 3 },
      ])
    })
  },
)
