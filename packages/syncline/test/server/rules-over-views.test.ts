/** Rules that read views: the tables behind them are watched. */
import { afterEach, describe, expect, test } from 'vitest'
import { postgres, sql, type Sql, type User } from '../../src/server/index.ts'
import { defineSchema, model, room, text } from '../../src/schema/index.ts'
import type { RecordColumns } from '../../src/server/access/declaration.ts'
import { findDrift, migrate } from '../../src/server/migrate.ts'
import { createTestDatabase } from '../../src/testing/test-database.ts'
import { majors, serverUrl, startStageServer, type StageServer } from './stage-server.ts'

/** People are a model of which `suspended` is no field; the rule names neither a table nor a column of them. */
const TABLES = `
create table productions (id text primary key, name text not null);
create table account_users (id text primary key, account_id text not null, user_id text not null, suspended boolean not null default false);
create table crew (production_id text not null, user_id text not null, primary key (production_id, user_id));
create schema hr;
create table hr.bans (user_id text primary key);
create view "Active crew" as select c.production_id, c.user_id from crew c
  where c.user_id not in (select user_id from hr.bans)
    and not exists (select from account_users a where a.user_id = c.user_id and a.suspended);
create view seen as select production_id, user_id from "Active crew"
  where exists (select from pg_catalog.pg_roles) and exists (select from information_schema.schemata)
  union all select id, 'guest' from productions where not exists (select from productions where name = 'Closed');
insert into productions values ('p1', 'One'), ('p2', 'Two');
insert into crew values ('p1', 'ana');
`

const access = {
  production: {
    accessibleBy: (user: User, production: RecordColumns & { readonly id: Sql }) =>
      sql`exists (select 1 from seen v where v.production_id = ${production.id} and v.user_id = ${user.id})`,
  },
}

describe.each(majors())('on PostgreSQL %s', (major) => {
  let server: StageServer
  afterEach(() => server.close())

  test.each([
    ['created', "insert into hr.bans values ('ana')", 'ana'],
    ['deleted', "delete from crew where user_id = 'ana'", 'ana'],
    ['changed in a column that no field has', 'update account_users set suspended = true', 'ana'],
    [
      'changed of the table that the rule is about',
      "update productions set name = 'Closed' where id = 'p2'",
      'guest',
    ],
    ['emptied away', 'truncate crew', 'ana'],
  ])(
    'A2: a row behind a view is %s, and who lost the right by it is told, and sent nothing of what was written with it',
    async (_, statement, user) => {
      server = await startStageServer({ major, tables: TABLES, access })
      await server.query("insert into account_users (id, account_id, user_id) values ('u1', 'a1', 'ana')")
      const member = await server.socket(user)
      await member.join('Production:p1')

      await server.query(
        `${statement}; insert into cameras (id, production_id, name) values ('c1', 'p1', 'classified')`,
      )

      await member.next(({ type, channel }) => type === 'gone' && channel === 'Production:p1')
      expect(member.frames.join('\n')).not.toContain('classified')
    },
  )
})

test('A2: sessions that are kept in a view end at once with the rows behind it', async () => {
  let isOpen = true
  const identify = () => ({ user: { id: 'ana' }, isStillValid: async () => isOpen })
  const authenticate = Object.assign(identify, { dependsOn: ['seen'] })
  const server = await startStageServer({ tables: TABLES, access, authenticate })
  const ana = await server.socket('ana')

  isOpen = false
  await server.query("delete from crew where user_id = 'ana'")

  await ana.next(({ type, code }) => type === 'bye' && code === 'session_ended')
  await server.close()
})

describe('migrate and a check', () => {
  const schema = defineSchema({
    models: { production: model('productions', { name: text() }) },
    rooms: { production: room({}) },
  })
  const open = async (view: string) => {
    const stage = await createTestDatabase(serverUrl())
    await stage.query(`create table crew (production_id text, user_id text); ${view}`)
    const database = postgres(stage.url)
    const close = async () => {
      await database.close()
      await stage.drop()
    }
    return { subject: { schema, database, access }, close }
  }

  test('A2: agree that the table behind a view is captured, and find its trigger disabled', async () => {
    const { subject, close } = await open('create view seen as select * from crew')

    const before = await findDrift(subject)
    const first = await migrate(subject)
    const second = await migrate(subject)
    const after = await findDrift(subject)
    await subject.database.query('alter table crew disable trigger user')
    const disabled = await findDrift(subject)
    await close()

    expect(before.map(({ kind }) => kind)).toContain('not_migrated')
    expect(first.steps.map(({ table }) => table)).toContain('crew')
    expect([first.drift, second.steps, second.drift, after]).toEqual([[], [], [], []])
    expect(disabled).toContainEqual(expect.objectContaining({ kind: 'trigger_disabled', table: 'crew' }))
  })

  test('A2: refuse a materialised view, also behind another, and say what to read instead', async () => {
    const { subject, close } = await open(
      'create materialized view kept as select * from crew; create view seen as select * from kept',
    )

    const migrating = migrate(subject)

    await expect(migrating).rejects.toThrow(
      'Access rules read `kept`, which is a materialised view: PostgreSQL tells nobody of its refresh, so that a right that is lost there would not end at once. Read the tables behind it, or a plain view of them, and migrate again.',
    )
    await close()
  })
})
