/** Pages of one browser profile against a model server: they share an IndexedDB and its locks. */
import { IDBDatabase, IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { onTestFinished } from 'vitest'
import type { ClientOptions } from '../../src/client/client-options.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { indexedDb } from '../../src/client/storage/indexed-db/indexed-db.ts'
import { modelServer } from '../../src/testing/model-server/model-server.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { testClock } from '../../src/testing/test-clock.ts'
import { testWire } from '../../src/testing/test-wire.ts'
import { stageSchema } from './stage-schema.ts'
import { testLocks } from './storage/test-locks.ts'

type Schema = typeof stageSchema

let profiles = 0

/** A production that ana may read, and as many pages of hers as a test opens. */
export function profile() {
  globalThis.IDBKeyRange = IDBKeyRange
  const clock = testClock()
  const server = modelServer({ schema: stageSchema, clock, random: seededRandom(1) })
  const wire = testWire(server, { clock, random: seededRandom(2) })
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    tx.grant('ana', 'production', 'p1')
  })
  // Pages of one name hear of each other.
  const name = `profile-${++profiles}`
  const storage = indexedDb({ name, factory: new IDBFactory(), locks: testLocks() })

  /** Time goes by: in the database, which has its own, and for the clients. */
  const pass = async (ms = 500) => {
    for (let step = 0; step < 10; step++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await clock.advance(ms / 10)
    }
  }
  const open = (options: Partial<ClientOptions<Schema>> = {}): Client<Schema> =>
    createClient({
      schema: stageSchema,
      url: 'http://server/sync',
      user: 'ana',
      token: 'ana',
      storage,
      clock,
      WebSocket: wire.WebSocket,
      fetch: wire.fetch,
      ...options,
    })
  /** From now on the database takes no transaction. */
  const fail = () => {
    const { prototype } = IDBDatabase
    const { transaction } = prototype
    prototype.transaction = () => {
      throw new DOMException('The disk is full.', 'QuotaExceededError')
    }
    onTestFinished(() => void (prototype.transaction = transaction))
  }
  return { clock, server, wire, storage, pass, open, fail }
}
