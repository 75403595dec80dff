/** What a session that does nothing gives up, and what it keeps. */
import { queryObjects } from 'node:v8'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coreOf } from '../../src/gateways/core-of.ts'
import { Work } from '../../src/server/session/work.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

const RARELY = { perSecond: 0.001, burst: 2 }

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({ limits: { joins: RARELY } })
})
afterAll(() => server.close())

test('an idle session gives up its work, and goes on when something comes', async () => {
  const own = await startStageServer()
  try {
    const ana = await own.socket('ana', { device: 'idle' })
    await ana.join('Production:p1')
    const [session] = coreOf(own.sync).sessions.all()
    const atWork = queryObjects(Work, { format: 'count' })

    await expect.poll(() => queryObjects(Work, { format: 'count' })).toBe(0)
    const resting = { phase: session?.phase, channels: session?.channels }
    ana.send({
      type: 'push',
      ops: [{ n: 1, model: 'camera', id: 'c1', action: 'update', fields: { name: 'Awake' } }],
    })
    await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)

    expect(atWork).toBe(1)
    expect(resting).toEqual({ phase: 'open', channels: { rows: ['Production:p1'], markers: [] } })
    expect(ana.messages.some(({ type }) => type === 'changes')).toBe(true)
  } finally {
    await own.close()
  }
})

test('W4: what a session has used of its limits outlives its rests', async () => {
  const ana = await server.socket('ana', { device: 'greedy' })
  await ana.join('Production:p1')
  await ana.join('Production:p2')

  for (const session of coreOf(server.sync).sessions.all()) session.rest(performance.now())
  ana.send({ type: 'join', channel: 'Production:p 3' })

  expect(await ana.next(({ type }) => type === 'error')).toMatchObject({ code: 'rate_limited' })
})

test('a session that was told of unsent ops remembers them while it rests', async () => {
  const ben = await server.socket()
  const pending = { count: 3, oldestMs: 5_000 }
  ben.send({ type: 'hello', protocol: 1, device: 'behind', schema: 2, token: 'ben', pending })
  await ben.next(({ type }) => type === 'ack')
  const [session] = coreOf(server.sync).sessions.ofUser('ben')

  session?.rest(performance.now() + 3_600_000)

  expect(session?.oldestUnsentMs).toBeGreaterThanOrEqual(5_000)
})
