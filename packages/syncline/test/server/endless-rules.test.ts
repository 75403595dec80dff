/** Access rules that never end. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSnapshotHere, type TableRead } from '../../src/postgres/log/snapshot.ts'
import { atOneSnapshot } from '../../src/postgres/log/one-snapshot.ts'
import { defineSchema, model, text } from '../../src/schema/index.ts'
import type { Model } from '../../src/schema/model.ts'
import { postgres, sql } from '../../src/server/index.ts'
import { type Message, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer

beforeAll(async () => {
  server = await startStageServer({
    connections: { poolSize: 2, statementTimeoutMs: 1_000 },
    access: {
      production: {
        accessibleBy: (user) => sql`case when ${user.id} = 'ana' then pg_sleep(600) is null else true end`,
      },
      camera: { write: { update: ['name'] } },
    },
  })
})
afterAll(() => server.close())

const push = (name: string) => ({
  type: 'push',
  ops: [{ n: 1, key: name, model: 'camera', id: 'c1', action: 'update', fields: { name } }],
})
const isError = (channel: string | undefined) => (message: Message) =>
  message.type === 'error' && message['channel'] === channel

test('W4: rules of one user that never end are ended, and everybody else is served', async () => {
  const [ana, ben] = [await server.socket('ana'), await server.socket('ben')]
  const channels = ['Production:p1', 'Production:p2', 'Production:mine']

  for (const channel of channels) ana.send({ type: 'join', channel })
  ana.send(push("Ana's"))
  await ben.join('Production:p1')
  ben.send(push("Ben's"))
  await ben.next(({ type, lastOp }) => type === 'ack' && lastOp === 1)
  const told = await Promise.all([...channels, undefined].map((channel) => ana.next(isError(channel))))

  for (const message of told) expect(message).toMatchObject({ code: 'unavailable' })
  expect(ana.frames.join()).not.toContain("Ben's")
})

test('W4: a whole room may be read for longer than a rule may take, and the limit is back behind it', async () => {
  const database = postgres(server.database.url, { statementTimeoutMs: 400 })
  const { camera } = defineSchema({ models: { camera: model('cameras', { name: text() }) } }).models
  const slowly: TableRead = { model: camera as Model, where: sql`id = 'c1' and pg_sleep(1) is not null` }
  const load = (read: TableRead) =>
    atOneSnapshot(database, async (connection) => {
      const loaded = await readSnapshotHere(connection, [read])
      return [loaded.tables[0]?.count, await connection.query('show statement_timeout')]
    })

  const room = await load({ ...slowly, isRoom: true })
  const list = load(slowly)

  await expect(list).rejects.toMatchObject({ code: '57014' })
  expect(room).toEqual([1, [{ statement_timeout: '400ms' }]])
  await database.close()
})
