/** Obfuscated ids on every wire: markers speak them, and what would carry the plain ones is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refreshKit } from '../../src/testing/index.ts'
import { IDENTIFIERS, isPing, RawCable } from '../action-cable/accounts-server.ts'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
let id: string
beforeAll(async () => {
  server = await startAccountsServer({ shownIds: 'obfuscated' })
  id = server.sync.ids('account').encode(7)
})
afterAll(() => server.close())

test('markers are joined and told by the id that pages have', async () => {
  const ben = await server.socket('ben')
  await ben.listen(`Account:${id}`)
  await ben.listen(`Account:${id}/account_users`)

  const marked = await ben.markersOf(
    () =>
      server.query(
        "update accounts set name = 'A' where id = 7; update account_users set role = 'b' where id = 70",
      ),
    server,
  )

  expect(marked.sort()).toEqual([
    `Account:${id} refresh account`,
    `Account:${id}/account_users refresh account_users`,
  ])
  expect(ben.frames.join('\n')).not.toContain('Account:7')
})

test('A3: the plain id and any other spelling are the same answer as a record that is not there', async () => {
  const ben = await server.socket('ben')
  const other = server.sync.ids('account').encode(8)
  const answers: string[] = []

  for (const wrong of ['7', `${id}0`, id.toLowerCase() === id ? id.toUpperCase() : id.toLowerCase(), other]) {
    const from = ben.frames.length
    ben.send({ type: 'join', channel: `Account:${wrong}`, want: 'markers' })
    await ben.next(({ channel }) => channel === `Account:${wrong}`, from)
    answers.push((ben.frames[from] as string).replace(`Account:${wrong}`, '…'))
  }

  expect(new Set(answers).size).toBe(1)
  expect(answers[0]).toContain('"not_found"')
})

test('pulls for markers speak them too', async () => {
  const page = await server.sync.position()
  await server.query("update accounts set name = 'Pulled' where id = 7")

  const answer = await server.sync.fetch(
    new Request('http://localhost/sync/pull', {
      method: 'POST',
      headers: { authorization: 'Bearer ben', 'content-type': 'application/json' },
      body: JSON.stringify({
        device: 'pulling',
        joins: [
          { channel: `Account:${id}`, want: 'markers', cursor: page?.cursor },
          { channel: `Account:${id}/members`, want: 'markers', cursor: page?.cursor },
          { channel: 'Account:7', want: 'markers' },
        ],
      }),
    }),
  )
  const { messages } = (await answer.json()) as { messages: { type: string; channel?: string }[] }

  expect(messages.map(({ type, channel }) => [type, channel])).toEqual([
    ['marker', `Account:${id}`],
    ['joined', `Account:${id}`],
    ['joined', `Account:${id}/members`],
    ['error', 'Account:7'],
    ['ack', undefined],
  ])
})

/** A cable of Ben's, which is told nothing of what other tests wrote. */
async function openCable() {
  await server.sync.position()
  const cable = new RawCable(server.port, {}, '/cable?session=ben')
  await cable.next((frame) => frame.includes('"welcome"'))
  return cable
}

test('over Action Cable a record is subscribed to and told by the id that pages have, and the plain id is rejected', async () => {
  const cable = await openCable()
  const of = (params: object) => JSON.stringify({ channel: 'SyncChannel', model: 'Account', ...params })
  const [shown, nested, plain] = [of({ id }), of({ id, collection: 'account_users' }), of({ id: '7' })]
  const answers: string[] = []
  for (const identifier of [shown, nested, plain]) answers.push(await cable.answerTo(identifier))
  const from = cable.frames.length

  await server.query("update account_users set role = 'cable' where id = 70")
  for (const identifier of [shown, nested])
    await cable.next((frame) => JSON.parse(frame).identifier === identifier, from)
  cable.socket.terminate()

  expect(answers).toEqual(['confirm_subscription', 'confirm_subscription', 'reject_subscription'])
  expect(
    cable.frames
      .slice(from)
      .filter((frame) => !isPing(frame))
      .sort(),
  ).toEqual(
    [
      JSON.stringify({ identifier: shown, message: { action: 'refresh', prop: 'account' } }),
      JSON.stringify({ identifier: nested, message: { action: 'refresh', prop: 'account_users' } }),
    ].sort(),
  )
})

test('so it is by identifier: `subscribe_to` names the shown id, and so does what is told', async () => {
  const cable = await openCable()
  await cable.answerTo(IDENTIFIERS)
  const from = cable.frames.length
  const told = () =>
    cable.frames
      .slice(from)
      .filter((frame) => !isPing(frame))
      .map((frame) => JSON.parse(frame).message)
  const [shown, nested] = [`Account:${id}`, `Account:${id}/account_users`]

  for (const identifier of [shown, nested, 'Account:7', 'Account:7/account_users']) {
    const answers = told().length
    cable.perform('subscribe_to', { identifier })
    await expect.poll(() => told().length).toBe(answers + 1)
  }
  const answers = told()
  await server.query("update account_users set role = 'identifier' where id = 70")
  await expect.poll(() => told().length).toBe(answers.length + 2)
  cable.socket.terminate()

  expect(answers).toEqual([
    { type: 'subscribed', identifier: shown },
    { type: 'subscribed', identifier: nested },
    { type: 'error', identifier: 'Account:7', error: 'Unauthorized' },
    { type: 'error', identifier: 'Account:7/account_users', error: 'Unauthorized' },
  ])
  expect(told().slice(answers.length)).toEqual(
    expect.arrayContaining([
      { identifier: shown, action: 'update', timestamp: expect.any(Number) },
      { identifier: nested, action: 'update', timestamp: expect.any(Number) },
    ]),
  )
})

test('what explains a right, and what expects a broadcast, speak them too', async () => {
  const { explain, ids } = server.sync
  const { expectBroadcast, expectNoBroadcast } = refreshKit(server.sync)
  const ben = { id: '2', siteAdmin: false }
  const rename = (name: string) => () => server.query('update accounts set name = $1 where id = 7', [name])

  const answers = await Promise.all(
    [id, ids('account').encode(8), '7'].map((shown) => explain.mayRead(ben, `Account:${shown}`)),
  )
  const told = await expectBroadcast(/^Account:(?!all)/, { prop: 'account' }, rename('Told'))
  await expectNoBroadcast('Account:7', rename('Told again'))

  expect(told).toMatchObject({ channel: `Account:${id}`, action: 'refresh', record: 'update' })
  expect(answers.map(({ mayRead, rule }) => [mayRead, rule])).toEqual([
    [true, 'access.account.accessibleBy'],
    [false, 'access.account.accessibleBy'],
    [false, 'id'],
  ])
})
