/** A server that comes back with other settings: the tail rests as they allow, whatever it did before. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cluster, findPostgres, startCluster } from '../../src/testing/postgres-cluster.ts'
import { createLogDatabase, type LogDatabase, watchLog } from './log-fixture.ts'

describe.each(findPostgres().map((programs) => [programs.major, programs] as const))(
  'on PostgreSQL %s',
  (_major, programs) => {
    let cluster: Cluster
    let log: LogDatabase
    beforeEach(async () => {
      cluster = await startCluster({ programs })
      log = await createLogDatabase(cluster.url())
    })
    afterEach(async () => {
      await log.drop()
      await cluster.remove()
    })

    /** Restarts with this many prepared transactions. */
    async function restart(prepared: number) {
      const client = await log.connect()
      client.on('error', () => {})
      await client.query(`alter system set max_prepared_transactions = ${prepared}`)
      await cluster.stop()
      await cluster.restart()
    }

    /** Starts a tail, and keeps what it says of how it rests. */
    async function watch() {
      const said: string[] = []
      const say = (_fields: unknown, text: string) => {
        if (/polled|Notifications/.test(text)) said.push(text)
      }
      const watched = await watchLog(log.database, { pollMs: 200, log: { info: say, warn: say } })
      return { watched, said }
    }

    test("a restart that allows prepared transactions ends the notifications: nobody's PREPARE TRANSACTION is refused", async () => {
      const { watched, said } = await watch()
      await watched.until(() => !watched.tail.hasPeers)

      await restart(10)
      await watched.until(() => said.length > 0, 10_000)
      const writer = await log.connect()
      for (let count = 0; count < 5; count++) {
        await writer.query(`begin; select log_change('Room:1', '${count}', 1)`)
        await writer.query(`prepare transaction 'p${count}'`)
        await writer.query(`commit prepared 'p${count}'`)
        await watched.until(() => watched.rows().length === count + 1)
      }

      expect(said).toEqual([
        'The log is polled every 100 ms: max_prepared_transactions is 10, and PREPARE TRANSACTION is refused after a notification.',
      ])
      expect(watched.tail.beginQuiet()).toBeUndefined()
      await watched.tail.close()
    }, 60_000)

    test('a restart that allows no more prepared transactions brings the notifications back', async () => {
      await restart(10)
      const { watched, said } = await watch()

      await restart(0)
      await watched.until(() => said.length > 1, 10_000)

      expect(said[1]).toBe('Notifications wake the tail again.')
      await watched.until(() => watched.tail.beginQuiet() !== undefined)
      await watched.tail.close()
    }, 60_000)
  },
)
