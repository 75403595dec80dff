/** What strangers and broken clients may send to a cable: anything; and what they may not do: grow, block, or end it. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import {
  accountIdentifier,
  type AccountsServer,
  IDENTIFIERS,
  isPing,
  type RawCable,
  startAccountsServer,
} from './accounts-server.ts'

const UNLIMITED = { perSecond: 1e9, burst: 1e9 }

let server: AccountsServer
beforeAll(async () => {
  server = await startAccountsServer({
    limits: { messages: UNLIMITED, joins: UNLIMITED, joinsPerUser: UNLIMITED, joinsPerAddress: UNLIMITED },
  })
})
afterAll(() => server.close())

/** Answers to one message after another: everything up to the answer of a subscribe that follows. */
async function answersTo(cable: RawCable, messages: readonly (string | object)[]): Promise<string[]> {
  const from = cable.frames.length
  for (const message of messages) cable.send(message)
  const end = `{"channel":"End","${cable.frames.length}":1}`
  await cable.answerTo(end, from)
  return cable.frames.slice(from).filter((frame) => !isPing(frame) && !frame.includes('\\"End\\"'))
}

test('what is no command is answered with what is wrong, and the cable lives on', async () => {
  const cable = await server.cable('s-ben')
  const wrong = [
    'no json',
    '',
    'null',
    '[]',
    '7',
    '{}',
    '{"command":7}',
    '{"command":"dance"}',
    '{"command":"subscribe"}',
    '{"command":"subscribe","identifier":{"channel":"SyncChannel"}}',
    '{"command":"message","identifier":"x"}',
    '{"__proto__":{"command":"subscribe","identifier":"x"}}',
    `${'['.repeat(100_000)}1${']'.repeat(100_000)}`,
  ]

  const answers = await answersTo(cable, wrong)

  expect(answers).toHaveLength(wrong.length)
  for (const answer of answers) {
    const { type, code, error, identifier } = JSON.parse(answer)
    expect([type, code, identifier]).toEqual(['error', 'invalid_message', ''])
    expect(error.length).toBeLessThan(300)
  }
  expect(answers[7]).toContain('The command is `\\"dance\\"`. Commands are')
  expect(await cable.answerTo(accountIdentifier(1))).toBe('confirm_subscription')
})

test('a message to a subscription that is none, or that performs nothing known, is answered', async () => {
  const cable = await server.cable('s-ben')
  await cable.answerTo(IDENTIFIERS)
  await cable.answerTo(accountIdentifier(1))
  const message = (identifier: string, data: string) => ({ command: 'message', identifier, data })

  const answers = await answersTo(cable, [
    message('unknown', '{"action":"subscribe_to","identifier":"Account:1"}'),
    message(IDENTIFIERS, 'no json'),
    message(IDENTIFIERS, '{"action":7}'),
    message(IDENTIFIERS, '{"action":"subscribe_to","identifier":7}'),
    message(IDENTIFIERS, '{"action":"subscribe_to"}'),
    message(IDENTIFIERS, '{"action":"constructor"}'),
    message(accountIdentifier(1), '{"action":"subscribe_to","identifier":"Account:1"}'),
  ])

  expect(answers).toHaveLength(7)
  for (const answer of answers) expect(answer).toContain('"type":"error"')
})

test('enormous identifiers are rejected and kept nowhere', async () => {
  const cable = await server.cable('s-ben')
  const enormous = JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: 'x'.repeat(500_000) })
  await cable.answerTo(IDENTIFIERS)

  const answer = await cable.answerTo(enormous)
  cable.perform('subscribe_to', { identifier: `Account:${'9'.repeat(300_000)}` })
  await cable.next((frame) => frame.includes('Unauthorized'))

  expect(answer).toBe('reject_subscription')
  expect(await cable.answerTo(accountIdentifier(1))).toBe('confirm_subscription')
})

test('a message of more than a megabyte closes its cable with 1009, and no other', async () => {
  const other = await server.cable('s-cleo')
  const cable = await server.cable('s-ben')

  cable.send('x'.repeat(1_100_000))

  expect(await cable.closed).toBe(1009)
  expect(await other.answerTo(accountIdentifier(2))).toBe('confirm_subscription')
})

test('exactly 100 channels are followed, in both forms together; leaving one makes room', async () => {
  const cable = await server.cable('s-ana')
  await cable.answerTo(IDENTIFIERS)
  await server.query(`insert into accounts (id, name) select 1000 + n, 'Many' from generate_series(1, 120) n`)
  for (let n = 1; n <= 50; n++) cable.subscribe(accountIdentifier(1000 + n))
  for (let n = 51; n <= 100; n++) cable.perform('subscribe_to', { identifier: `Account:${1000 + n}` })
  const answers = (type: string) => cable.frames.filter((frame) => frame.includes(type)).length
  while (answers('confirm_subscription') < 51 || answers('"subscribed"') < 50)
    await cable.next(() => true, cable.frames.length)

  cable.perform('subscribe_to', { identifier: 'Account:1101' })
  const refused = await cable.next((frame) => frame.includes('limit reached'))
  const rejected = await cable.answerTo(accountIdentifier(1102))
  cable.perform('unsubscribe_from', { identifier: 'Account:1100' })
  const accepted = await cable.answerTo(accountIdentifier(1103))

  expect(JSON.parse(refused)).toEqual({
    identifier: IDENTIFIERS,
    message: { type: 'error', identifier: 'Account:1101', error: 'Subscription limit reached' },
  })
  expect([rejected, accepted]).toEqual(['reject_subscription', 'confirm_subscription'])
})

test('10,000 subscribes of one cable are all answered, and 100 of them stand', async () => {
  const cable = await server.cable('s-ana')
  await server.query(
    `insert into accounts (id, name) select 20000 + n, 'Many' from generate_series(1, 10000) n`,
  )

  for (let n = 1; n <= 10_000; n++) cable.subscribe(accountIdentifier(20_000 + n))
  const count = (type: string) => cable.frames.filter((frame) => frame.includes(type)).length
  while (count('confirm_subscription') + count('reject_subscription') < 10_000)
    await cable.next(() => true, cable.frames.length)

  expect(count('confirm_subscription')).toBe(100)
  const kept = server.sync.metrics.read().find(({ name }) => name === 'syncline_marker_subscriptions')
  const subscriptions = [...(kept?.values.values() ?? [])].reduce((sum, count) => sum + count, 0)
  expect(subscriptions).toBeLessThan(300)
}, 120_000)

test('past the rate nothing is rejected: the client is told to wait, and its repeated subscribe is confirmed', async () => {
  const limited = await startAccountsServer({ limits: { joins: { perSecond: 1, burst: 2 } } })
  const cable = await limited.cable('s-ben')

  for (const id of [1, 3, 2]) cable.subscribe(accountIdentifier(id))
  const told = JSON.parse(await cable.next((frame) => frame.includes('rate_limited')))
  const first = cable.frames.length
  await new Promise((resolve) => setTimeout(resolve, told.retryAfterMs + 50))
  const again = await cable.answerTo(accountIdentifier(2), first)
  await limited.close()

  expect(told).toMatchObject({ type: 'error', code: 'rate_limited' })
  expect(told.identifier).toBe('')
  expect(again).toBe('reject_subscription')
})

test('limits that identifiers hit are told with the time to wait, counted once, and logged', async () => {
  const logged: object[] = []
  const debug = (line: unknown, message: string) => {
    if (message === 'A cable subscription was refused.') logged.push(line as object)
  }
  const limited = await startAccountsServer({
    limits: { joins: { perSecond: 0.1, burst: 4 }, channelsPerConnection: 1 },
    logger: { debug, info() {}, warn() {}, error() {} },
  })
  const cable = await limited.cable('s-ben')
  await cable.answerTo(IDENTIFIERS)
  const answer = async (identifier: string) => {
    const from = cable.frames.length
    cable.perform('subscribe_to', { identifier })
    return JSON.parse(await cable.next((frame) => frame.includes('"message"'), from)).message
  }

  const answers = []
  for (const id of [1, 3, 3, 3]) answers.push(await answer(`Account:${id}`))
  const hits = limited.sync.metrics.read().find(({ name }) => name === 'syncline_limit_hits_total')
  await limited.close()

  expect(answers.map(({ error }) => error)).toEqual([
    undefined,
    'Subscription limit reached',
    'Subscription limit reached',
    'Too many subscriptions at once',
  ])
  expect(answers[3].retryAfterMs).toBeGreaterThan(0)
  expect(Object.fromEntries(hits?.values ?? [])).toEqual({
    'code="too_many_channels"': 2,
    'code="rate_limited"': 1,
  })
  expect(logged).toEqual(
    ['too_many_channels', 'too_many_channels', 'rate_limited'].map((code) => ({
      user: '2',
      identifier: 'Account:3',
      code,
    })),
  )
})

test('W4: a cable that does not read is cut with a bounded queue, and hinders nobody', async () => {
  const bounded = await startAccountsServer({ limits: { queueBytes: 20_000, messages: UNLIMITED } })
  const slow = await bounded.cable('s-ben')
  const quick = await bounded.cable('s-ben')
  await quick.answerTo(accountIdentifier(1))
  slow.socket.pause()

  const echo = JSON.stringify({ channel: 'x'.repeat(100_000) })
  let isCut = false
  void slow.closed.then(() => (isCut = true))
  const count = () =>
    bounded.sync.metrics
      .read()
      .find(({ name }) => name === 'syncline_slow_consumers_total')
      ?.values.get('') ?? 0
  for (let n = 0; n < 2_000 && count() === 0; n++) {
    slow.send({ command: 'subscribe', identifier: `${echo}${n}` })
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await bounded.query(`update accounts set name = 'Moved' where id = 1`)
  await quick.next((frame) => frame.includes('"refresh"'))
  slow.socket.resume()
  await slow.closed
  await bounded.close()

  expect(isCut).toBe(true)
  expect(count()).toBe(1)
})

test('forty thousand broken messages and half-finished upgrades end nothing', async () => {
  const random = seededRandom(20_261_126)
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const sound = [
    { command: 'subscribe', identifier: accountIdentifier(1) },
    { command: 'unsubscribe', identifier: accountIdentifier(1) },
    {
      command: 'message',
      identifier: IDENTIFIERS,
      data: '{"action":"subscribe_to","identifier":"Account:1"}',
    },
  ].map((message) => JSON.stringify(message))
  const broken = () => {
    const text = pick(sound)
    const at = Math.floor(random() * text.length)
    return text.slice(0, at) + pick(['', '"', '{', '\\u0000', '\ud800', 'x', '[', '7']) + text.slice(at + 1)
  }
  const cables = await Promise.all([1, 2, 3, 4].map(() => server.cable('s-ben')))
  for (const cable of cables) cable.socket.on('message', () => (cable.frames.length = 0))
  for (let n = 0; n < 200; n++) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /cable HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n')
    setTimeout(() => socket.destroy(), 20)
  }

  for (let n = 0; n < 10_000; n++) {
    for (const cable of cables) cable.send(broken())
    if (n % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  for (const cable of cables) {
    cable.socket.removeAllListeners('message')
    cable.socket.terminate()
  }
  const after = await server.cable('s-ben')

  expect(await after.answerTo(accountIdentifier(1))).toBe('confirm_subscription')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(server.warnings).toEqual([])
}, 120_000)
