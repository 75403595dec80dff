/** What a long life of `/cable` leaves behind: nothing. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountsServer, accountIdentifier, startAccountsServer } from './accounts-server.ts'

const UNLIMITED = { perSecond: 1_000_000, burst: 1_000_000 }

let server: AccountsServer
beforeAll(async () => {
  server = await startAccountsServer({
    limits: { messages: UNLIMITED, joins: UNLIMITED, joinsPerUser: UNLIMITED, joinsPerAddress: UNLIMITED },
  })
})
afterAll(() => server.close())

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('a thousand subscriptions that come and go, and a long run of markers, leave the heap flat', async () => {
  const cable = await server.cable('s-ana')
  const lasting = await server.cable('s-ben')
  await lasting.answerTo(accountIdentifier(1))
  const leave = (id: number) => cable.send({ command: 'unsubscribe', identifier: accountIdentifier(id) })
  let value = 0
  const run = async (): Promise<number> => {
    for (let n = 0; n < 1_000; n++) {
      cable.subscribe(accountIdentifier(1 + (n % 3)))
      leave(1 + (n % 3))
    }
    for (let n = 0; n < 300; n++)
      await server.query('update accounts set plan = $1 where id = 1', [String(++value)])
    // The last of them has been told, and so has everything before it.
    expect(await cable.answerTo(accountIdentifier(2), cable.frames.length)).toBe('confirm_subscription')
    leave(2)
    await lasting.next((frame) => frame.includes('refresh'), Math.max(0, lasting.frames.length - 1))
    cable.frames.length = lasting.frames.length = 0
    collect()
    return process.memoryUsage().heapUsed
  }
  await run()
  const before = await run()

  const after = [await run(), await run(), await run()]

  expect(Math.min(...after) - before).toBeLessThan(1_500_000)
  const kept = server.sync.metrics.read().find(({ name }) => name === 'syncline_marker_subscriptions')
  expect([...(kept?.values.values() ?? [])].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2)
})
