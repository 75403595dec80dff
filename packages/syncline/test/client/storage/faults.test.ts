import * as fake from 'fake-indexeddb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { liveWithFault } from './fault-script.ts'
import { FAULT_KINDS, type Faults, installFaults } from './faults.ts'

let faults: Faults
let calls = 0

beforeAll(async () => {
  globalThis.IDBKeyRange = fake.IDBKeyRange
  faults = installFaults(fake)
  faults.arm()
  await liveWithFault(newStorage(), { ...faults, arm: () => (calls = faults.calls) })
})

afterAll(() => faults.remove())

const newStorage = () => indexedDb({ factory: new fake.IDBFactory() })

describe('K2: nothing is called stored that is not, and the storage opens again', () => {
  test('the script makes calls that can fail', () => {
    expect(calls).toBeGreaterThan(100)
  })

  for (const kind of FAULT_KINDS) {
    test(`whichever call fails once: ${kind}`, async () => {
      for (let at = 0; at < calls; at++) {
        faults.arm(at, kind)
        await liveWithFault(newStorage(), faults).catch((error: Error) => {
          throw new Error(`At call ${at} of ${calls}: ${error.message}`, { cause: error })
        })
      }
    })
  }
})
