/** Lists of what is mine, and collections: continued, loaded again, and never showing what is not theirs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { copyOf, type RawClient, startStageServer, type StageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer()
})
afterAll(() => server.close())

let devices = 0

/** Joins, goes away, and comes back with the cursor after `meanwhile`. */
async function away(
  channel: string,
  user: string,
  meanwhile: () => Promise<unknown>,
): Promise<{ before: RawClient; after: RawClient }> {
  const device = `lists ${devices++}`
  const before = await server.socket(user, { device })
  const cursor = await before.join(channel)
  before.terminate()
  await meanwhile()
  const after = await server.socket(user, { device })
  await after.join(channel, cursor)
  return { before, after }
}

const typesOf = ({ messages }: RawClient) => messages.slice(2).map(({ type }) => type)

test('L2: a list continues with the changes of the records that it shows', async () => {
  const { after } = await away('Production:mine', 'ana', async () => {
    await server.query("update productions set name = 'Uno' where id = 'p1'")
    await server.query("update productions set name = 'Eins' where id = 'p1'")
  })

  expect(typesOf(after)).toEqual(['changes', 'joined'])
  expect(after.changes('Production:mine')).toMatchObject([
    { id: 'p1', action: 'update', fields: { name: 'Uno' } },
    { id: 'p1', action: 'update', fields: { name: 'Eins' } },
  ])
})

test('a list in which nothing has changed is joined at once, whatever others did', async () => {
  const { after } = await away('Production:mine', 'ben', () =>
    server.query("update productions set name = 'Deux' where id = 'p2'"),
  )

  expect(typesOf(after)).toEqual(['joined'])
})

test('a record that was created or deleted meanwhile comes and goes as a change', async () => {
  const { after } = await away('Account:a1/account_users', 'ana', async () => {
    await server.query("insert into account_users values ('gone', 'a1', 'x'), ('new', 'a1', 'y')")
    await server.query("delete from account_users where id = 'gone'")
  })

  expect(typesOf(after)).toEqual(['changes', 'joined'])
  expect(after.changes('Account:a1/account_users')).toMatchObject([{ id: 'new', action: 'create' }])
  await server.query("delete from account_users where id = 'new'")
})

test('L4, A2: a list whose rights have changed meanwhile comes again as a whole', async () => {
  const granted = await away('Production:mine', 'ben', () =>
    server.query("insert into crew values ('p2', 'ben')"),
  )
  expect(typesOf(granted.after)).toEqual(['snapshot', 'rows', 'joined'])
  expect([...copyOf(granted.after.messages, 'Production:mine').keys()]).toEqual([
    'production p1',
    'production p2',
  ])
  granted.after.terminate()
  const revoked = await away('Production:mine', 'ben', async () => {
    await server.query("delete from crew where production_id = 'p2' and user_id = 'ben'")
    await server.query("update productions set name = 'hidden again' where id = 'p2'")
  })

  expect(typesOf(revoked.after)).toEqual(['snapshot', 'rows', 'joined'])
  expect([...copyOf(revoked.after.messages, 'Production:mine').keys()]).toEqual(['production p1'])
  expect(revoked.after.frames.join()).not.toContain('hidden again')
})

test('A1: two users with the same list by name see each only their own', async () => {
  const [ana, ben, eve] = await Promise.all(
    ['ana', 'ben', 'eve'].map((user) => server.socket(user, { device: `lists of ${user}` })),
  )
  await Promise.all([ana, ben, eve].map((client) => client?.join('Production:mine')))

  const shown = [ana, ben, eve].map((client) =>
    [...copyOf(client?.messages ?? [], 'Production:mine').keys()].sort(),
  )

  expect(shown).toEqual([['production p 3', 'production p1', 'production p2'], ['production p1'], []])
})

test('C1: lists equal the database after many rights and records have changed at once', async () => {
  const users = ['u0', 'u1', 'u2', 'u3']
  const clients = await Promise.all(
    users.map((user) => server.socket(user, { device: `converging ${user}` })),
  )
  await Promise.all(clients.map((client) => client.join('Production:mine')))
  const ids = Array.from({ length: 12 }, (_, number) => `list-${number}`)
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6))

  await Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      const connection = await server.database.connect()
      const random = seededRandom(seed + writer)
      for (let turn = 0; turn < 60; turn++) {
        const id = ids[(turn * 7 + writer) % ids.length] as string
        const user = users[(turn + writer) % users.length] as string
        const statements = [
          [
            'insert into productions values ($1, $2) on conflict (id) do update set name = excluded.name',
            [id, `${writer}.${turn}`],
          ],
          ['insert into crew values ($1, $2) on conflict do nothing', [id, user]],
          ['delete from crew where production_id = $1 and user_id = $2', [id, users[turn % users.length]]],
          ['update productions set name = name || $2 where id = $1', [id, '+']],
          ['delete from productions where id = $1', [id]],
        ] as const
        const [text, values] = statements[
          Math.floor(random() * (turn % 9 === 0 ? 5 : 4))
        ] as (typeof statements)[number]
        await connection.query(text, [...values])
      }
      await connection.end()
    }),
  )

  for (const [index, client] of clients.entries()) {
    const rows = await server.query<{ id: string; name: string }>(
      'select id, name from productions p where exists (select 1 from crew where production_id = p.id and user_id = $1)',
      [users[index]],
    )
    const names = () =>
      new Map([...copyOf(client.messages, 'Production:mine')].map(([key, { row }]) => [key, row['name']]))
    await expect
      .poll(names, { message: `SEED=${seed}` })
      .toEqual(new Map(rows.map(({ id, name }) => [`production ${id}`, name])))
  }
})

test('a pull answers lists and rooms as a socket does, all at one snapshot', async () => {
  const pull = async (joins: object[]) => {
    const response = await server.sync.fetch(
      new Request('http://localhost/sync/pull', {
        method: 'POST',
        headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
        body: JSON.stringify({ device: 'puller', schema: 2, joins }),
      }),
    )
    return ((await response.json()) as { messages: { type: string; channel?: string; cursor?: string }[] })
      .messages
  }
  const channels = ['Production:mine', 'Production:p1', 'Account:a1/tags', 'Production:nobody']
  const first = await pull(channels.map((channel) => ({ channel })))
  const cursorOf = (channel: string) =>
    first.find((message) => message.type === 'joined' && message.channel === channel)?.cursor
  await server.query("update productions set name = 'Pulled' where id = 'p1'")

  const second = await pull(channels.slice(0, 3).map((channel) => ({ channel, cursor: cursorOf(channel) })))

  expect(first.map(({ type }) => type)).toEqual([
    'rows',
    'joined',
    'rows',
    'rows',
    'rows',
    'joined',
    'rows',
    'joined',
    'error',
    'ack',
  ])
  expect(second.map(({ type, channel }) => [type, channel])).toEqual([
    ['changes', 'Production:mine'],
    ['joined', 'Production:mine'],
    ['changes', 'Production:p1'],
    ['joined', 'Production:p1'],
    ['joined', 'Account:a1/tags'],
    ['ack', undefined],
  ])
})
