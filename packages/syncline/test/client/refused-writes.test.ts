/** Writes that the server cannot apply for now: the page is told why, and no longer when it is over. */
import { expect, inject, test } from 'vitest'
import { memory } from '../../src/client/storage/memory.ts'
import { type Intercept, modelStage } from './model-stage.ts'
import { startStage } from './stage-fixture.ts'
import { stageSchema } from './stage-schema.ts'

/** A client in room `p1`; pushes are refused while `refusing.code` is set. */
async function withRefusals() {
  const refusing: { code?: string | undefined } = {}
  const refuse: Intercept = ({ type, ops }, send) => {
    const { code } = refusing
    if (type !== 'push' || code === undefined) return false
    send({ type: 'error', code, message: 'Why.', n: (ops as { n: number }[])[0]?.n, retryAfterMs: 1_000 })
    return true
  }
  const stage = modelStage(stageSchema, refuse)
  const client = stage.open()
  client.join('production', 'p1')
  await stage.clock.advance(500)
  return { ...stage, client, refusing }
}

test.each(['unavailable', 'rate_limited'])(
  'K2: a write that is refused with `%s` for now says so after the first refusal, until it is applied',
  async (code) => {
    const { client, clock, refusing } = await withRefusals()
    refusing.code = code

    const write = client.mutate.production.update('p1', { name: 'Ana’s' })
    await clock.advance(200)
    const refused = client.status.current
    await clock.advance(5_000)
    const still = client.status.current
    refusing.code = undefined
    await clock.advance(1_500)
    await write.confirmed

    const problem = { code, message: 'Why.' }
    expect(refused).toMatchObject({ status: 'syncing', transport: 'socket', pending: 1, problem })
    expect(still).toMatchObject({ pending: 1, problem })
    expect(client.status.current).toMatchObject({ status: 'realtime', pending: 0, problem: undefined })
    client.close()
  },
)

test('K2: the reason of a refusal ends with the connection that it was given on', async () => {
  const { client, clock, refusing, wire } = await withRefusals()
  refusing.code = 'unavailable'
  client.mutate.production.update('p1', { name: 'Ana’s' })
  await clock.advance(200)

  wire.connected(false)
  await clock.advance(1_000)

  expect(client.status.current).toMatchObject({ status: 'offline', pending: 1, problem: undefined })
  client.close()
})

test.each(Object.entries(inject('servers')))(
  'K2: a column that was renamed is why a write waits, on PostgreSQL %s',
  { timeout: 120_000 },
  async (_version, postgresUrl) => {
    const stage = await startStage(postgresUrl, ['ana'])
    const client = stage.client('ana', { storage: memory() })
    client.join('production', 'p1')
    await expect.poll(() => client.status.current.status, { timeout: 30_000 }).toBe('realtime')
    await stage.database.query('alter table cameras rename column note to remark')

    const write = client.mutate.camera.create({ productionId: 'p1', name: 'New', note: null, tags: [] })

    await expect
      .poll(() => client.status.current, { timeout: 30_000 })
      .toMatchObject({ problem: { code: 'unavailable' } })
    await stage.database.query('alter table cameras rename column remark to note')
    await write.confirmed
    await expect
      .poll(() => client.status.current, { timeout: 30_000 })
      .toMatchObject({ status: 'realtime', problem: undefined })
    client.close()
    await stage.close()
  },
)
