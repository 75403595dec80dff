/** What one connection may have waiting for the database. */
import { postgres } from '../../src/server/index.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStageServer, type StageServer } from './stage-server.ts'

const MESSAGE_BYTES = 16_384

let server: StageServer
beforeAll(async () => {
  server = await startStageServer({ limits: { messageBytes: MESSAGE_BYTES } })
})
afterAll(() => server.close())

test('W2, W4: large pushes that wait for the database are bounded by their bytes; those beyond are refused and taken later', async () => {
  const plain = postgres(server.database.url)
  const holder = await plain.connect('holder')
  await holder.query("begin; select 1 from cameras where id = 'c1' for update")
  const ana = await server.socket('ana', { device: 'large' })
  const name = (n: number) => `${n} ${'x'.repeat(MESSAGE_BYTES - 400)}`
  const push = (n: number) =>
    ana.send({
      type: 'push',
      ops: [{ n, model: 'camera', id: 'c1', action: 'update', fields: { name: name(n) } }],
    })

  for (let n = 1; n <= 10; n++) push(n)
  await expect.poll(() => ana.messages.filter(({ type }) => type === 'error').length).toBe(2)
  const refused = ana.messages.filter(({ type }) => type === 'error')
  await holder.query('commit')
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 8)
  push(9)
  push(10)
  await ana.next(({ type, lastOp }) => type === 'ack' && lastOp === 10)

  expect(refused).toMatchObject([
    { code: 'rate_limited', n: 9, retryAfterMs: 1_000 },
    { code: 'rate_limited', n: 10, retryAfterMs: 1_000 },
  ])
  expect(await server.query("select name from cameras where id = 'c1'")).toEqual([{ name: name(10) }])
  await holder.close()
  await plain.close()
})
