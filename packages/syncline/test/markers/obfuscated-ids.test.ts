/** Obfuscated ids on every wire: markers speak them, and what would carry the plain ones is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest'
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
