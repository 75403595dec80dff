/** A rule that fails in the database for one user concerns that user alone. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sql } from '../../src/server/index.ts'
import { type Message, type RawClient, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer
let ana: RawClient
let ben: RawClient

beforeEach(async () => {
  server = await startStageServer({
    access: {
      production: {
        // Fails for whom `tags` has a word instead of a number.
        accessibleBy: (user) =>
          sql`exists (select 1 from tags level where level.id = ${user.id} and level.name::int > 0)`,
      },
      camera: { write: { update: ['name'] } },
      account: { accessibleBy: () => true, write: { create: true, update: ['name'] } },
    },
  })
  await server.query("insert into tags values ('ana', '1'), ('ben', '1')")
  ana = await server.socket('ana')
  ben = await server.socket('ben')
})
afterEach(() => server.close())

/** A list of another model than the one whose rule fails. */
const MEMBERS = 'Account:a1/account_users'

const failFor = (user: string) => server.query("update tags set name = 'high' where id = $1", [user])
const mendFor = (user: string) => server.query("update tags set name = '2' where id = $1", [user])
const hasName = (name: string) => (message: Message) =>
  message.type === 'changes' && message.changes.some((change: Message) => change['fields']?.name === name)
const hasMember = (userId: string) => (message: Message) =>
  message.type === 'changes' && message.changes.some((change: Message) => change['fields']?.userId === userId)
const isFailure = (channel: string) => (message: Message) =>
  message.type === 'error' && message['channel'] === channel
const push = (n: number, id: string) => ({
  type: 'push',
  ops: [{ n, key: `key ${n}`, model: 'account', id, action: 'create', fields: { name: id } }],
})

test('W4: a rule that fails for one user keeps no change of the room from the others', async () => {
  await ana.join('Production:p1')
  await ben.join('Production:p1')

  await failFor('ben')
  await server.query("update cameras set name = 'after' where id = 'c1'")

  await ana.next(hasName('after'))
  const told = await ben.next(isFailure('Production:p1'))
  expect(told).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) })
  expect(ben.frames.join()).not.toContain('after')
})

test('A1, K2: whoever’s rule fails is told so, gets nothing, and continues where it stood when the rule is mended', async () => {
  const cursor = await ben.join('Production:p1')
  await failFor('ben')
  await ben.next(isFailure('Production:p1'))
  await server.query("update cameras set name = 'meanwhile' where id = 'c1'")

  await expect(ben.join('Production:p1', cursor)).rejects.toThrow('unavailable')
  const before = ben.frames.join()
  await mendFor('ben')
  await ben.join('Production:p1', cursor)

  expect(before).not.toContain('meanwhile')
  expect(ben.messages.filter(hasName('meanwhile'))).toHaveLength(1)
})

test('W4: a list that cannot be read stops no other list', async () => {
  await ben.join('Production:mine')
  await ana.join(MEMBERS)
  await ana.join('Production:mine')

  await failFor('ben')
  await server.query("insert into account_users values ('u3', 'a1', 'cleo')")
  await server.query("insert into productions values ('p4', 'New production')")

  await ana.next(hasMember('cleo'))
  await ana.next(hasName('New production'))
  expect(await ben.next(isFailure('Production:mine'))).toMatchObject({ code: 'unavailable' })
  expect(ben.frames.join()).not.toContain('New production')
})

test('W4: writes are acknowledged while channels of their author and of others cannot be read', async () => {
  await ben.join('Production:mine')
  await ben.join('Production:p1')
  await ana.join('Production:p1')
  await ana.join(MEMBERS)
  await failFor('ben')
  await ben.next(isFailure('Production:p1'))
  await ben.next(isFailure('Production:mine'))

  for (const client of [ana, ben]) client.send(push(1, `of ${client === ana ? 'ana' : 'ben'}`))

  for (const client of [ana, ben]) {
    const ack = await client.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)
    expect(ack['rejected']).toEqual([])
  }
})

test('W4: a rule that the database no longer understands is said to all whom it concerns, and stops nothing else', async () => {
  await ana.join('Production:p1')
  await ben.join('Production:p1')
  await ana.join(MEMBERS)
  await server.query('alter table tags rename column name to title')
  await server.query("update productions set name = 'other' where id = 'p1'")

  await ana.next(isFailure('Production:p1'))
  await ben.next(isFailure('Production:p1'))
  await server.query("insert into account_users values ('u3', 'a1', 'cleo')")
  await ana.next(hasMember('cleo'))

  await server.query('alter table tags rename column title to name')
  await ben.join('Production:p1')
})

test('W4: markers of one whose rule fails end with a reason, and those of others go on', async () => {
  for (const client of [ana, ben]) client.send({ type: 'join', channel: 'Production:p1', want: 'markers' })
  for (const client of [ana, ben]) await client.next(({ type }) => type === 'joined')

  await failFor('ben')
  await server.query("update productions set name = 'other' where id = 'p1'")

  await ana.next(({ type }) => type === 'marker')
  expect(await ben.next(isFailure('Production:p1'))).toMatchObject({ code: 'unavailable' })
  expect(ben.messages.filter(({ type }) => type === 'marker')).toEqual([])
})

test('W4: in a pull, a channel whose rule fails says so, and the others are answered', async () => {
  await failFor('ben')
  const markers = { channel: 'Production:p1', want: 'markers' }
  const joins = ['Production:p1', MEMBERS, 'Production:mine'].map((channel) => ({ channel }))

  const response = await server.sync.fetch(
    new Request('http://localhost/sync/pull', {
      method: 'POST',
      headers: { authorization: 'Bearer ben', 'content-type': 'application/json' },
      body: JSON.stringify({ device: 'of a poll', schema: 2, joins: [...joins, markers] }),
    }),
  )
  const { messages } = (await response.json()) as { messages: Message[] }

  const told = messages.map(({ type, channel, code }) => [type, channel, code])
  expect(told).toEqual([
    ['error', 'Production:p1', 'unavailable'],
    ['rows', MEMBERS, undefined],
    ['joined', MEMBERS, undefined],
    ['error', 'Production:mine', 'unavailable'],
    ['error', 'Production:p1', 'unavailable'],
    ['ack', undefined, undefined],
  ])
  expect(messages[0]).toMatchObject({ message: expect.stringContaining('`Production:p1` cannot be read') })
})
