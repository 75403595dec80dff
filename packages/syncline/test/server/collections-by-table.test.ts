/** Collections that no relation declares: the records that refer to one, by the name of their table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { sql, through } from '../../src/server/index.ts'
import { copyOf, startStageServer, type StageServer } from './stage-server.ts'

const schema = defineSchema({
  version: 2,
  models: {
    account: model('accounts', { name: text() }),
    accountUser: model('account_users', { accountId: reference('account'), userId: text() }),
    note: model('notes', { accountId: reference('account'), body: text() }),
    transfer: model('transfers', { fromId: reference('account'), toId: reference('account') }),
    production: model('productions', { name: text() }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
  },
  rooms: { production: room({ camera: 'productionId', photo: 'cameraId.productionId' }) },
})

const TABLES = `
create table accounts (id text primary key, name text not null);
create table account_users (id text primary key, account_id text not null references accounts, user_id text not null);
create table notes (id text primary key, account_id text not null references accounts, body text not null);
create table transfers (id text primary key, from_id text not null references accounts, to_id text not null references accounts);
create table productions (id text primary key, name text not null);
create table cameras (id text primary key, production_id text not null references productions, name text not null);
create table photos (id text primary key, camera_id text not null references cameras, caption text not null);
insert into accounts values ('a1', 'Acme'), ('a2', 'Other');
insert into account_users values ('u1', 'a1', 'ana'), ('u2', 'a2', 'ben');
insert into notes values ('n1', 'a1', 'secret');
insert into productions values ('p1', 'One'), ('p2', 'Two');
insert into cameras values ('c1', 'p1', 'One'), ('c2', 'p2', 'Two');
insert into photos values ('f1', 'c1', 'First'), ('f2', 'c2', 'Second');
`

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    schema: schema as never,
    tables: TABLES,
    access: {
      account: {
        accessibleBy: (user: { id: string }, account: { id: unknown }) =>
          sql`exists (select 1 from account_users m where m.account_id = ${account.id as never} and m.user_id = ${user.id})`,
      },
      accountUser: through('accountId'),
      transfer: through('fromId'),
      production: {
        accessibleBy: (_: unknown, production: { id: unknown }) => sql`${production.id as never} = 'p1'`,
      },
      camera: through('productionId'),
      photo: through('cameraId'),
    } as never,
  })
})
afterAll(() => server.close())

describe.each(['account_users', 'account-users', 'accountUsers'])('as %s', (name) => {
  test('whoever reads the parent joins them for rows, and hears of each change', async () => {
    const channel = `Account:a1/${name}`
    const ana = await server.socket('ana', { device: `ana ${name}` })

    await ana.join(channel)
    await server.query(`insert into account_users values ('${name}', 'a1', 'cleo')`)
    await ana.next(({ type }) => type === 'changes')

    const copy = copyOf(ana.messages, channel)
    expect(copy.has('accountUser u1')).toBe(true)
    expect(copy.has(`accountUser ${name}`)).toBe(true)
    expect(copy.has('accountUser u2')).toBe(false)
  })

  test('A1: whoever may not read the parent hears `not_found`; for markers both are answered alike', async () => {
    const ana = await server.socket('ana', { device: `markers ${name}` })
    const answers: unknown[] = []
    for (const want of ['rows', 'markers']) {
      for (const account of ['a1', 'a2']) {
        const channel = `Account:${account}/${name}`
        ana.send({ type: 'join', channel, want })
        const { type, code } = await ana.next(
          (message) => ['joined', 'error'].includes(message.type) && message.channel === channel,
        )
        answers.push(code ?? type)
      }
    }

    expect(answers).toEqual(['joined', 'not_found', 'joined', 'not_found'])
  })
})

test('the records of one that is itself a member of a room are joined by its table', async () => {
  const ana = await server.socket('ana', { device: 'photos' })

  await ana.join('Camera:c1/photos')
  ana.send({ type: 'join', channel: 'Camera:c2/photos' })
  const refused = await ana.next(({ type }) => type === 'error')

  expect([...copyOf(ana.messages, 'Camera:c1/photos').keys()]).toEqual(['photo f1'])
  expect(refused).toMatchObject({ code: 'not_found', channel: 'Camera:c2/photos' })
})

test('A1: a table without a rule of its own is no byte more readable by its reference', async () => {
  const ana = await server.socket('ana', { device: 'notes' })

  await ana.join('Account:a1/notes')

  expect(ana.frames.join()).not.toContain('secret')
})

test('records that can refer in two ways are no collection', async () => {
  const ana = await server.socket('ana', { device: 'transfers' })

  ana.send({ type: 'join', channel: 'Account:a1/transfers' })

  expect(await ana.next(({ type }) => type === 'error')).toMatchObject({ code: 'not_found' })
})
