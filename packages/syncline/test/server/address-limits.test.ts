/** What everybody at one address may ask together. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startStage } from '../http/stage-server.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

const FEW = { perSecond: 0.001, burst: 4 }
const limits = { joinsPerAddress: FEW, pushesPerAddress: FEW }

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({ limits })
})
afterAll(() => server.close())

test('W4: users of one address share what an address may join and push', async () => {
  const ana = await server.socket('ana')
  const ben = await server.socket('ben')
  for (let count = 0; count < 3; count++) await ana.join('Production:p1')
  for (let count = 0; count < 4; count++) ana.send({ type: 'push', ops: [], read: count })
  const acks = () => ana.messages.filter(({ type }) => type === 'ack').length
  await expect.poll(acks).toBe(5)

  await ben.join('Production:p1')
  const from = ben.messages.length
  ben.send({ type: 'join', channel: 'Production:mine' })
  ben.send({ type: 'push', ops: [] })
  await expect.poll(() => ben.messages.length).toBe(from + 2)

  expect(ben.messages.slice(from)).toMatchObject([
    { type: 'error', code: 'rate_limited', channel: 'Production:mine', retryAfterMs: expect.any(Number) },
    { type: 'error', code: 'rate_limited', retryAfterMs: expect.any(Number) },
  ])
})

test('W4: users of one address share what an address may pull and write over HTTP', async () => {
  const stage = await startStage(Object.values(inject('servers'))[0] as string, limits)

  try {
    const joins = [{ channel: 'Production:mine' }, { channel: 'Production:mine' }]
    const pull = (user: string) =>
      stage.as(user, '/sync/pull', { json: { device: `device of ${user}`, joins } })
    const pulls = [await pull('ben'), await pull('cleo'), await pull('ben')]
    const lists = []
    for (const user of ['ben', 'cleo', 'ben', 'cleo', 'ben'])
      lists.push(await stage.as(user, '/api/productions'))

    expect(pulls.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429])
  } finally {
    await stage.close()
  }
})
