import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeAll, describe, test } from 'vitest'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { memory } from '../../../src/client/storage/memory.ts'
import type { Storage } from '../../../src/client/storage/storage.ts'
import { kitOf, STORAGE_CONTRACT } from './contract.ts'
import { testLocks } from './test-locks.ts'

beforeAll(() => {
  globalThis.IDBKeyRange = IDBKeyRange
})

const STORAGES: Record<string, () => Storage> = {
  'memory()': memory,
  'indexedDb()': () => indexedDb({ factory: new IDBFactory() }),
  'indexedDb() with locks': () => indexedDb({ factory: new IDBFactory(), locks: testLocks() }),
}

for (const [name, make] of Object.entries(STORAGES)) {
  describe(`${name} in Node`, () => {
    for (const { title, run } of STORAGE_CONTRACT) test(title, () => run(kitOf(make())))
  })
}
