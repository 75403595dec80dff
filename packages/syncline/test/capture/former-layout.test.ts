/** Databases whose triggers were made by a former version: fewer of them, or with other names. */
import { afterEach, describe, expect, test } from 'vitest'
import { healCapture } from '../../src/postgres/capture/heal-capture.ts'
import { checkCapture, migrate } from '../../src/postgres/capture/migrate.ts'
import type { Database } from '../../src/postgres/database.ts'
import { readLog } from './oracle.ts'
import { schema } from './schema.ts'
import { KINDS, openMigrated, type Stage } from './stage.ts'

const TABLES = ['cameras', 'comments', 'lenses', 'members', 'photos', 'productions']
const UNLESS_LOGGED = (table: string) =>
  `pg_catalog.current_setting('syncline.logged', true) is distinct from '${table}'`
const WITHOUT_LOG = (table: string) =>
  `drop trigger "!syncline_log" on ${table}; drop trigger "!syncline_log_update" on ${table};`

/** By what was so. */
const LAYOUTS: Readonly<Record<string, (table: string) => string>> = {
  'one trigger stamped, and one logged': (table) => `${WITHOUT_LOG(table)}
    drop trigger zz_syncline_stamp on ${table}; drop trigger zz_syncline_stamp_update on ${table};
    create trigger zz_syncline_stamp before insert or update on ${table} for each row
      when (${UNLESS_LOGGED(table)}) execute function syncline.stamp_${table}();
    create trigger zz_syncline_log after insert or update or delete on ${table} for each row
      when (${UNLESS_LOGGED(table)}) execute function syncline.log_${table}();`,
  'what logs sorted last': (table) => `${WITHOUT_LOG(table)}
    create trigger zz_syncline_log after insert or delete on ${table} for each row
      execute function syncline.log_${table}();
    create trigger zz_syncline_log_update after update on ${table} for each row
      when (${UNLESS_LOGGED(table)}) execute function syncline.log_${table}();`,
  'those of updates had a condition': (table) => `
    drop trigger "!syncline_log_update" on ${table}; drop trigger zz_syncline_stamp_update on ${table};
    create trigger zz_syncline_stamp_update before update on ${table} for each row
      when (${UNLESS_LOGGED(table)}) execute function syncline.stamp_${table}();
    create trigger "!syncline_log_update" after update on ${table} for each row
      when (${UNLESS_LOGGED(table)}) execute function syncline.log_${table}();`,
}

const STAGES = KINDS.flatMap((kind) => Object.keys(LAYOUTS).map((layout) => [kind, layout] as const))

describe.each(STAGES)('%s, when %s', (kind, layout) => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  async function openFormer(): Promise<Database> {
    stage = await openMigrated(kind, schema)
    const { database } = stage
    await database.query(TABLES.map(LAYOUTS[layout] as (table: string) => string).join(''))
    await healCapture(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C')`)
    return database
  }

  test('L1: they are captured until they are migrated, and are said to be of another version', async () => {
    const database = await openFormer()

    const healing = await healCapture(database, schema)
    const drift = await checkCapture(database, schema)

    expect(healing).toMatchObject({ uncaptured: [], reloaded: [] })
    expect(drift).toMatchObject([{ kind: 'not_migrated', isBlocking: false }])
  })

  test('L1: migrate puts the triggers of today in their place, and each change is logged once', async () => {
    const database = await openFormer()

    const { steps } = await migrate(database, schema)
    await database.query(`insert into cameras (id, production_id, name) values ('d', 'p', 'D');
      update cameras set name = 'E' where id = 'd'; delete from cameras where id = 'd'`)

    const done = steps.map(({ purpose, table }) => `${table}: ${purpose}`)
    expect(done).toEqual(expect.arrayContaining(TABLES.map((table) => `${table}: log changes`)))
    expect(await triggersOf(database, 'cameras')).toEqual([
      '!syncline_log: AFTER INSERT OR DELETE',
      '!syncline_log_update: AFTER UPDATE',
      'zz_syncline_move: AFTER UPDATE, conditional',
      'zz_syncline_stamp: BEFORE INSERT',
      'zz_syncline_stamp_update: BEFORE UPDATE',
      'zz_syncline_truncate: BEFORE TRUNCATE',
    ])
    const changes = (await readLog(database)).filter(({ id }) => id === 'd')
    expect(changes.map(({ action, version }) => `${action} ${version}`)).toEqual([
      'create 1',
      'update 2',
      'delete 3',
    ])
    expect((await migrate(database, schema)).steps).toEqual([])
    expect(await checkCapture(database, schema)).toEqual([])
  })

  test('L1: what a disabled trigger missed before it was replaced makes its rooms load again', async () => {
    const database = await openFormer()
    const logs =
      "(select tgname from pg_trigger where tgrelid = 'cameras'::regclass and tgfoid = 'syncline.log_cameras'::regproc and tgtype & 4 > 0)"
    await database.query(`do $$ begin execute format('alter table cameras disable trigger %I', ${logs}); end $$;
      insert into cameras (id, production_id, name) values ('d', 'p', 'Unseen')`)

    await migrate(database, schema)

    const reloads = (await readLog(database)).filter(({ action }) => action === 'truncate')
    expect(reloads.map(({ room, model }) => `${room} ${model}`)).toContain('Production:p camera')
  })

  test('L1: triggers that a former version puts beside those of today go again, and nothing is logged twice', async () => {
    const database = await openFormer()
    await migrate(database, schema)
    await database.query(`create trigger zz_syncline_log after insert or delete on cameras for each row
      execute function syncline.log_cameras()`)
    const drift = await checkCapture(database, schema)

    await migrate(database, schema)
    await database.query("insert into cameras (id, production_id, name) values ('d', 'p', 'D')")

    expect(drift).toMatchObject([{ kind: 'not_migrated', table: 'cameras' }])
    const changes = (await readLog(database)).filter(({ id }) => id === 'd')
    expect(changes.map(({ action }) => action)).toEqual(['create'])
    expect(await checkCapture(database, schema)).toEqual([])
  })

  test("L1: the application's triggers that run before those of today are told from those that run after", async () => {
    const database = await openFormer()
    await database.query(`
      create function shout() returns trigger language plpgsql as $$begin new.name := upper(new.name); return new; end$$;
      create trigger zz_syncline_stamp_a before update on cameras for each row execute function shout();
      create trigger zz_syncline_stamp_b before insert on cameras for each row execute function shout();
      create trigger zz_syncline_stamp_z before update on cameras for each row execute function shout()`)

    await migrate(database, schema)
    const found = await checkCapture(database, schema)
    await database.query("drop trigger zz_syncline_stamp_z on cameras; update cameras set name = 'loud'")

    expect(found.map(({ kind: what, message }) => `${what}: ${message.slice(0, 82)}`)).toEqual([
      'trigger_after_stamp: Trigger `zz_syncline_stamp_b` on `cameras` runs after `zz_syncline_stamp`, because',
      'trigger_after_stamp: Trigger `zz_syncline_stamp_z` on `cameras` runs after `zz_syncline_stamp_update`, ',
    ])
    expect((await readLog(database)).at(-1)).toMatchObject({ fields: { name: 'LOUD' }, version: 2 })
  })
})

async function triggersOf(database: Database, table: string): Promise<string[]> {
  const rows = await database.query<{ name: string; definition: string }>(
    `select tgname as name, pg_get_triggerdef(oid) as definition from pg_trigger
      where tgrelid = $1::regclass and not tgisinternal order by tgname`,
    [table],
  )
  return rows.map(({ name, definition }) => {
    const event = /(BEFORE|AFTER) .*?(?= ON )/.exec(definition)?.[0]
    return `${name}: ${event}${definition.includes(' WHEN (') ? ', conditional' : ''}`
  })
}
