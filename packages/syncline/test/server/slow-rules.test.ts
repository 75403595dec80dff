/** What is committed is said, however long it takes to find out what its author may read of conflicts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../src/server/index.ts'
import { type Message, type StageServer, startStageServer } from './stage-server.ts'

let server: StageServer

beforeAll(async () => {
  server = await startStageServer({
    access: {
      production: {
        // Never answers while the tag `slow` is there.
        accessibleBy: () =>
          sql`case when exists (select 1 from tags where tags.id = 'slow') then pg_sleep(600) is null else true end`,
      },
      camera: { write: { update: ['name'] } },
      account: { accessibleBy: () => true, write: { create: true } },
    },
  })
})
afterAll(() => server.close())

const write = (n: number, name: string) => ({
  n,
  model: 'camera',
  id: 'c1',
  action: 'update',
  base: 1,
  fields: { name },
})
const isAck = (lastOp: number) => (message: Message) => message.type === 'ack' && message['lastOp'] === lastOp

test('W4: neither `hello` nor a push waits for conflicts that cannot be read; they are told when they can be', async () => {
  const [ana, ben] = [await server.socket('ana'), await server.socket('ben')]
  ana.send({ type: 'push', ops: [write(1, "Ana's")] })
  await ana.next(isAck(1))
  ben.send({ type: 'push', ops: [write(1, "Ben's")] })
  await ben.next(({ type, conflicts }) => type === 'ack' && conflicts.length === 1)
  await server.query("insert into tags values ('slow', 'slow')")

  const returning = await server.socket('ben', { device: 'another' })
  const greeted = await returning.next(({ type }) => type === 'ack')
  const account = { n: 1, model: 'account', id: 'a9', action: 'create', fields: { name: 'A' } }
  returning.send({ type: 'push', ops: [account] })
  const pushed = await returning.next(isAck(1))

  expect([greeted['conflicts'], pushed['conflicts'], pushed['rejected']]).toEqual([[], [], []])
  await server.query("delete from tags where id = 'slow'")
  await server.query(
    "select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
  )
  const told = await returning.next(({ type }) => type === 'conflicts')
  expect(told['conflicts']).toMatchObject([{ record: 'c1', mine: "Ben's", outcome: 'won' }])
})
