/** Coming in: what a hello with more behind it is answered, who is turned away, and what a connection may ask how often. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RawClient, startStageServer, type StageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({ limits: { connectionsPerUser: 5 } })
})
afterAll(() => server.close())

const hello = (device: string, token: string) => ({ type: 'hello', protocol: 1, device, schema: 2, token })
const rename = (n: number, name: string) => ({
  n,
  model: 'camera',
  id: 'c1',
  action: 'update',
  fields: { name },
})
const codesOf = (client: RawClient) =>
  client.messages.filter(({ type }) => type === 'error').map(({ code }) => code)

test('the ack of hello comes before those of pushes that were sent with it, and behind the rooms', async () => {
  const ana = await server.socket()
  ana.send(hello('in a hurry', 'ana'))
  ana.send({ type: 'join', channel: 'Production:p1' })
  ana.send({ type: 'push', ops: [rename(1, 'In a hurry')] })
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)

  const told = ana.messages.filter(({ type }) => ['welcome', 'joined', 'ack'].includes(type))
  const order = told.map(({ type, lastOp }) => [type, lastOp])

  expect(order).toEqual([
    ['welcome', 0],
    ['joined', undefined],
    ['ack', 0],
    ['ack', 1],
  ])
  ana.terminate()
})

test('exactly as many connections of a user come in as may, however many knock at once', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.socket()))
  for (const [index, client] of clients.entries()) client.send(hello(`crowd ${index}`, 'cleo'))
  await Promise.all(clients.map((client) => client.next(({ type }) => type === 'ack' || type === 'error')))

  const welcomed = clients.filter(({ messages }) => messages[0]?.type === 'welcome')
  const refused = clients.filter(({ messages }) => messages[0]?.type === 'error')

  expect([welcomed.length, refused.length]).toEqual([5, 15])
  expect(refused.map(({ messages }) => messages[0])).toEqual(
    refused.map(() =>
      expect.objectContaining({ code: 'too_many_connections', retryAfterMs: expect.any(Number) }),
    ),
  )
  expect(await (refused[0] as RawClient).closed).toBe(4012)
})

test('a device that somebody is connected with is refused to others, also before its first op', async () => {
  const ana = await server.socket('ana', { device: 'in use' })
  const ben = await server.socket()
  ben.send(hello('in use', 'ben'))

  expect(await ben.closed).toBe(4010)
  expect(codesOf(ben)).toEqual(['device_taken'])

  ana.terminate()
  // The server hears of the end a moment later.
  const comeIn = async () => {
    const later = await server.socket()
    later.send(hello('in use', 'ben'))
    return (await later.next(() => true)).type
  }
  await expect.poll(comeIn).toBe('welcome')
})

test('a field that is no part of a message is refused by its name', async () => {
  const ana = await server.socket('ana', { device: 'fields' })
  const from = ana.messages.length

  ana.send({ type: 'join', channel: 'Production:p1', chanel: 1 })
  ana.send({ type: 'push', ops: [], rea: 1 })
  ana.send({ type: 'ping', pending: { count: 1, oldestMs: 0, newestMs: 1 } })
  await expect.poll(() => ana.messages.length).toBe(from + 3)

  expect(ana.messages.slice(from)).toMatchObject([
    { code: 'unknown_field', channel: 'Production:p1', message: expect.stringContaining('`chanel`') },
    { code: 'unknown_field', message: expect.stringContaining('`rea`') },
    { code: 'unknown_field', message: expect.stringContaining('`pending.newestMs`') },
  ])
  ana.terminate()
})

test('leaving the markers of a channel leaves its rows', async () => {
  const ana = await server.socket('ana', { device: 'markers' })
  await ana.join('Production:p2')

  ana.send({ type: 'leave', channel: 'Production:p2', want: 'markers' })
  ana.send({ type: 'ping' })
  await ana.next(({ type }) => type === 'pong')
  await server.query("update cameras set name = 'Still here' where id = 'c2'")

  await ana.next(({ type }) => type === 'changes')
  expect(ana.changes('Production:p2')).toMatchObject([{ id: 'c2', fields: { name: 'Still here' } }])
  ana.terminate()
})

test('the records of a room are collections by the names of their tables, near and far', async () => {
  const ana = await server.socket('ana', { device: 'tables' })
  await ana.join('Production:p1/cameras')
  await ana.join('Production:p1/photos')
  const stranger = await server.socket('ben', { device: 'stranger to p2' })

  await server.query("insert into cameras values ('c9', 'p1', 'Nine', 0), ('c8', 'p2', 'Eight', 0)")
  await server.query("insert into photos values ('f9', 'c9', 'Nine'), ('f8', 'c8', 'Eight')")
  // Each collection is looked at and told by itself, and what comes and goes in one look is in none.
  await ana.next(({ changes }) => changes?.some(({ id }: { id: string }) => id === 'c9'))
  await ana.next(({ changes }) => changes?.some(({ id }: { id: string }) => id === 'f9'))
  await server.query("update cameras set production_id = 'p2' where id = 'c9'")
  for (const name of ['/cameras', '/photos'])
    await ana.next(({ channel, changes }) => channel?.endsWith(name) && changes?.[0].action === 'leave')

  const seen = (channel: string) => ana.changes(channel).map(({ id, action }) => [id, action])
  // New here, or moved in: the camera of the photo came in the same moment, and a look at whose rights depend on the
  // time may find a record before its change is told.
  const came = expect.stringMatching(/^(create|enter)$/)
  expect(seen('Production:p1/cameras')).toEqual([
    ['c9', came],
    ['c9', 'leave'],
  ])
  expect(seen('Production:p1/photos')).toEqual([
    ['f9', came],
    ['f9', 'leave'],
  ])
  await expect(stranger.join('Production:p2/cameras')).rejects.toThrow('not_found')
  await expect(ana.join('Production:p1/crew')).rejects.toThrow('not_found')
  ana.terminate()
})

test('a token that comes while another one is looked at is told to wait', async () => {
  const ana = await server.socket('ana', { device: 'tokens' })

  for (let count = 0; count < 20; count++) ana.send({ type: 'token', token: 'ana' })
  ana.send({ type: 'ping' })
  await ana.next(({ type }) => type === 'pong')

  const refused = ana.messages.filter(({ type }) => type === 'error')
  expect(refused.length).toBeGreaterThan(0)
  expect(refused).toEqual(
    refused.map(() => expect.objectContaining({ code: 'rate_limited', retryAfterMs: 1_000 })),
  )
  ana.terminate()
})

test('an `enabled` function that throws turns sync off for that user, and for nobody else', async () => {
  server.sync.enable((user) => {
    if (user.id === 'ben') throw new Error('no flag for ben')
    return true
  })

  const ana = await server.socket('ana', { device: 'enabled' })
  const ben = await server.socket()
  ben.send(hello('not enabled', 'ben'))

  expect(await ben.closed).toBe(4015)
  expect(ben.messages).toMatchObject([{ type: 'bye', code: 'disabled', reconnect: false }])
  expect(ana.messages[0]?.type).toBe('welcome')
  server.sync.enable(true)
})
