/** The activity of channels that are no rooms: collections, lists of one's own, one's own user. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineSchema, hasMany, manyToMany, model, reference, room, text } from '../../src/schema/index.ts'
import { sql } from '../../src/server/index.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

const schema = defineSchema({
  version: 2,
  models: {
    user: model('people', { name: text() }),
    team: model('teams', { name: text() }),
    seat: model('seats', { teamId: reference('team'), userId: reference('user') }),
    note: model('notes', { teamId: reference('team'), body: text() }),
    plan: model('plans', { teamId: reference('team'), title: text() }),
    step: model('steps', { planId: reference('plan'), title: text() }),
  },
  relations: {
    team: {
      seats: hasMany('seat'),
      notes: hasMany('note'),
      users: manyToMany('user', { through: 'seat' }),
      plans: hasMany('plan'),
    },
  },
  rooms: { plan: room({ step: 'planId' }) },
})

const TABLES = `
create table people (id text primary key, name text not null);
create table teams (id text primary key, name text not null);
create table seats (id text primary key, team_id text not null references teams, user_id text not null references people);
create table notes (id text primary key, team_id text not null references teams, body text not null);
create table plans (id text primary key, team_id text not null references teams, title text not null);
create table steps (id text primary key, plan_id text not null references plans, title text not null);
insert into people values ('ana', 'Ana'), ('ben', 'Ben'), ('cleo', 'Cleo');
insert into teams values ('t1', 'One'), ('t2', 'Two');
insert into seats values ('s1', 't1', 'ana'), ('s2', 't2', 'ben');
`

const isOfTeam = (team: unknown, user: string) =>
  sql`exists (select 1 from seats s where s.team_id = ${team as never} and s.user_id = ${user})`

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    schema: schema as never,
    tables: TABLES,
    access: {
      user: { accessibleBy: () => sql.all },
      team: { accessibleBy: (user: { id: string }, team: { id: unknown }) => isOfTeam(team.id, user.id) },
      seat: { through: 'teamId' },
      note: { through: 'teamId' },
      plan: {
        accessibleBy: (user: { id: string }, plan: { teamId: unknown; title: unknown }) =>
          sql`${plan.title as never} <> 'Hidden' and ${isOfTeam(plan.teamId, user.id)}`,
      },
      step: { through: 'planId' },
    } as never,
  })
})
afterAll(() => server.close())

interface Entry {
  readonly model: string
  readonly id: string
  readonly action: string
  readonly version: number
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown }[]
}

async function ask(user: string, query: string) {
  const request = new Request(`http://localhost/sync/activity?channel=${query}`, {
    headers: { authorization: `Bearer ${user}` },
  })
  const response = await server.sync.fetch(request)
  const body = await response.text()
  return { status: response.status, body, data: (JSON.parse(body) as { data?: readonly Entry[] }).data ?? [] }
}

/** Newest first: `update note n1`. */
const told = (data: readonly Entry[]) => data.map(({ model: of, id, action }) => `${action} ${of} ${id}`)

test('a collection tells what became of its records, and of those deleted in it', async () => {
  await server.query(
    "insert into notes values ('n1', 't1', 'First'), ('n2', 't1', 'Gone'), ('n3', 't2', 'Other')",
  )
  await server.query("update notes set body = body || '!'")
  await server.query("delete from notes where id = 'n2'")

  const { data } = await ask('ana', 'Team:t1/notes')
  const one = await ask('ana', 'Team:t1/notes&record=note:n1&limit=1')
  const older = await ask('ana', `Team:t1/notes&record=note:n1&before=${JSON.parse(one.body).next}`)

  expect(told(data).toSorted()).toEqual([
    'create note n1',
    'create note n2',
    'delete note n2',
    'update note n1',
    'update note n2',
  ])
  expect(one.data[0]?.changes).toEqual([{ field: 'body', before: 'First', after: 'First!' }])
  expect(told(older.data)).toEqual(['create note n1'])
  expect(told((await ask('ana', 'Team:t1/seats')).data)).toEqual([])
})

test('A1: a collection says nothing of what a record was before it came into it, whatever refers to it', async () => {
  await server.query("insert into notes values ('m1', 't2', 'CONFIDENTIAL')")
  await server.query("update notes set team_id = 't1', body = 'Open' where id = 'm1'")
  await server.query("update notes set body = 'Wide open' where id = 'm1'")
  await server.query("update people set name = 'CONFIDENTIAL' where id = 'cleo'")
  await server.query("update people set name = 'Cleo' where id = 'cleo'")
  await server.query("insert into seats values ('s3', 't1', 'cleo')")
  await server.query("update people set name = 'Cleo C.' where id = 'cleo'")

  const note = await ask('ana', 'Team:t1/notes&record=note:m1')
  const people = await ask('ana', 'Team:t1/users&record=user:cleo')
  const left = await ask('ben', 'Team:t2/notes&record=note:m1')

  expect(told(note.data)).toEqual(['update note m1', 'enter note m1'])
  expect(note.data[0]?.changes).toEqual([{ field: 'body', before: 'Open', after: 'Wide open' }])
  expect(people.data.map(({ changes }) => changes)).toEqual([
    [{ field: 'name', before: 'Cleo', after: 'Cleo C.' }],
  ])
  expect(note.body + people.body).not.toMatch(/CONFIDENTIAL|t2/)
  expect(left.data).toEqual([])
})

test('A1: a list of one’s own, and records with a rule of their own, tell of what their reader may read', async () => {
  await server.query(
    "insert into plans values ('p1', 't1', 'Ours'), ('p2', 't2', 'Theirs'), ('p3', 't1', 'Hidden')",
  )
  await server.query("insert into steps values ('e1', 'p1', 'Step')")
  await server.query("update plans set title = title || '' , team_id = team_id")
  await server.query("update plans set title = 'Ours again' where id = 'p1'")

  const mine = await ask('ana', 'Plan:mine')
  const ofTeam = await ask('ana', 'Team:t1/plans')
  const steps = await ask('ana', 'Plan:p1/steps')

  for (const { data } of [mine, ofTeam]) expect(told(data)).toEqual(['update plan p1', 'create plan p1'])
  expect(told(steps.data)).toEqual(['create step e1'])
})

test('A3: one’s own user is told about, and whatever is missing or not yours is one answer', async () => {
  await server.query("update people set name = 'Ana A.' where id = 'ana'")

  const own = await ask('ana', 'User:ana')
  const others = await Promise.all(
    [
      'User:ben',
      'User:nobody',
      'Team:t2/notes',
      'Team:t9/notes',
      'Team:t1/nothing',
      'Note:mine',
      'Note:all',
    ].map((channel) => ask('ana', channel)),
  )

  expect(own.data[0]).toMatchObject({ action: 'update', id: 'ana', model: 'user' })
  expect(new Set(others.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
  expect(others[0]?.status).toBe(404)
})

test('A2: a collection that is read while the right to it ends shows nothing that was written with the end', async () => {
  await server.query("insert into seats values ('s4', 't1', 'ben')")
  // What the log tells of the right is read by now: the lock would keep it from being read.
  await expect.poll(async () => (await ask('ben', 'Team:t1/notes')).status).toBe(200)
  const holder = await server.database.connect()
  await holder.query('begin; lock table syncline.log in access exclusive mode')
  await holder.query("delete from seats where id = 's4'")
  await holder.query("insert into notes values ('n9', 't1', 'SECRET')")

  const asked = ask('ben', 'Team:t1/notes')
  const waiting = async () => {
    const { rows } = await holder.query<{ pid: number }>(
      "select pid from pg_locks join pg_stat_activity using (pid) where not granted and query like '%notes%'",
    )
    return rows.length
  }
  try {
    await expect.poll(waiting, { timeout: 10_000 }).toBeGreaterThan(0)
  } finally {
    await holder.query('commit')
  }
  const { status, body } = await asked

  expect([status, body.includes('SECRET')]).toEqual([404, false])
})
