/**
 * A marker server as a process of its own, whose heap a test reads: `DATABASE_URL` and `PORT` say what and where. Run
 * with `--expose-gc`; `GET /heap` collects, and tells what is left.
 */
import { createServer } from 'node:http'
import { createSync, migrate, postgres } from '../../src/server/index.ts'
import { defineSchema, model, text } from '../../src/schema/index.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text() }, { id: 'bigint', broadcastsTo: ['all'] }),
  },
})
const UNLIMITED = { perSecond: 1_000_000, burst: 1_000_000 }
const options = {
  schema,
  database: postgres(process.env['DATABASE_URL'] as string),
  authenticate: async () => ({ user: { id: 'ana' } }),
  access: { account: { accessibleBy: () => true, all: () => true } },
}

await migrate(options)
const sync = createSync({
  ...options,
  secret: 'a secret of this test run',
  limits: {
    messages: UNLIMITED,
    joins: UNLIMITED,
    joinsPerUser: UNLIMITED,
    joinsPerAddress: UNLIMITED,
    connects: UNLIMITED,
    connectionsPerUser: 1_000,
  },
})
await sync.ready

const turn = () => new Promise((resolve) => setTimeout(resolve, 50))
const server = createServer(async (_, response) => {
  for (let n = 0; n < 3; n++) {
    await turn()
    globalThis.gc?.()
  }
  const kept = sync.metrics.read().filter(({ name }) => /connections|marker_subscriptions/.test(name))
  const counts = Object.fromEntries(
    kept.map(({ name, values }) => [name, [...values.values()].reduce((sum, value) => sum + value, 0)]),
  )
  response.end(JSON.stringify({ heapUsed: process.memoryUsage().heapUsed, counts }))
})
sync.attach(server)
const port = Number(process.env['PORT'])
server.listen(port, '127.0.0.1', () => process.stdout.write(`ready at ${port}\n`))
