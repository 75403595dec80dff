/** Collections whose records have a rule of their own: who may read the one they belong to need not read them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineSchema, manyToMany, hasMany, model, reference, text } from '../../src/schema/index.ts'
import { sql } from '../../src/server/index.ts'
import { copyOf, startStageServer, type StageServer } from './stage-server.ts'

/** A directory in which everybody sees everybody, and teams that only their members see. */
const schema = defineSchema({
  version: 2,
  models: {
    person: model('people', { name: text() }),
    team: model('teams', { name: text(), leadId: reference('person') }),
    seat: model('seats', { teamId: reference('team'), personId: reference('person') }),
  },
  relations: {
    person: { teams: manyToMany('team', { through: 'seat' }), ledTeams: hasMany('team') },
    team: { seats: hasMany('seat') },
  },
})

const TABLES = `
create table people (id text primary key, name text not null);
create table teams (id text primary key, name text not null, lead_id text not null references people);
create table seats (id text primary key, team_id text not null references teams, person_id text not null references people);
insert into people values ('ana', 'Ana'), ('ben', 'Ben');
insert into teams values ('common', 'Common', 'ana'), ('secret', 'Secret', 'ana');
insert into seats values ('s1', 'common', 'ana'), ('s2', 'common', 'ben'), ('s3', 'secret', 'ana');
`

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    schema: schema as never,
    tables: TABLES,
    access: {
      person: { accessibleBy: () => sql.all },
      team: {
        accessibleBy: (user: { id: string }, team: { id: unknown }) =>
          sql`exists (select 1 from seats s where s.team_id = ${team.id as never} and s.person_id = ${user.id})`,
      },
      seat: { through: 'teamId' },
    } as never,
  })
})
afterAll(() => server.close())

test.each(['Person:ana/teams', 'Person:ana/ledTeams'])(
  'A1: of %s, everybody receives what they may read, and no byte of the rest',
  async (channel) => {
    const ana = await server.socket('ana', { device: `ana ${channel}` })
    const ben = await server.socket('ben', { device: `ben ${channel}` })
    await ana.join(channel)
    const cursor = await ben.join(channel)

    await server.query("update teams set name = name || ' secret'")
    await ana.next(
      ({ type, changes }) => type === 'changes' && changes.some(({ id }: { id: string }) => id === 'secret'),
    )
    await ben.next(
      ({ type, changes }) => type === 'changes' && changes.some(({ id }: { id: string }) => id === 'common'),
    )
    const again = await server.socket('ben', { device: `ben ${channel} again` })
    await again.join(channel, cursor)

    expect([...copyOf(ana.messages, channel).keys()].toSorted()).toEqual(['team common', 'team secret'])
    expect([...copyOf(ben.messages, channel).keys()]).toEqual(['team common'])
    expect([...ben.frames, ...again.frames].join()).not.toContain('"secret"')
  },
)

test('A2: a record leaves such a collection with the right to read it, and comes with it', async () => {
  const ben = await server.socket('ben', { device: 'ben moves' })
  await ben.join('Person:ana/teams')

  await server.query("insert into seats values ('s4', 'secret', 'ben')")
  await ben.next(
    ({ type, changes }) => type === 'changes' && changes[0].id === 'secret' && changes[0].action === 'enter',
  )
  await server.query("delete from seats where id = 's4'")
  await ben.next(
    ({ type, changes }) => type === 'changes' && changes[0].id === 'secret' && changes[0].action === 'leave',
  )

  expect([...copyOf(ben.messages, 'Person:ana/teams').keys()]).toEqual(['team common'])
})

test('a collection whose records are read with the one that they belong to is one view for all', async () => {
  const rooms = () => server.sync.health().then(({ rooms: count }) => count)
  const ana = await server.socket('ana', { device: 'ana seats' })
  const ben = await server.socket('ben', { device: 'ben seats' })
  const before = await rooms()
  await ana.join('Team:common/seats')
  await ben.join('Team:common/seats')

  expect([...copyOf(ana.messages, 'Team:common/seats').keys()].toSorted()).toEqual(['seat s1', 'seat s2'])
  expect([...copyOf(ben.messages, 'Team:common/seats').keys()].toSorted()).toEqual(['seat s1', 'seat s2'])
  expect(await rooms()).toBe(before + 1)
})
