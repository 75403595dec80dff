/** A database that its operator, or a host whose disk is full, has made read-only. */
import { expect, inject, test } from 'vitest'
import { createTestDatabase } from '../../src/testing/test-database.ts'
import { ana, camera, openCrew, TestDevice } from './crew.ts'

test.each(Object.entries(inject('servers')))(
  'W1, W3: while the database is read-only nothing is written, and the device is asked to send again (PostgreSQL %s)',
  async (_major, server) => {
    const plain = await createTestDatabase(server)
    const crew = await openCrew(plain.url)
    const names = async () => (await crew.database.query('select id from cameras')).map(({ id }) => id)
    const freeze = (value: 'on' | 'off') =>
      crew.database.query(
        `begin read write; alter database "${new URL(plain.url).pathname.slice(1)}" set default_transaction_read_only = ${value}; commit`,
      )
    try {
      await freeze('on')
      const frozen = await crew.anotherWriter({ patienceMs: 100, onError: () => {} })
      const refused = await new TestDevice(frozen, ana, 'phone').push(camera('c1'))
      const meanwhile = await names()
      await freeze('off')
      const free = await crew.anotherWriter()
      const applied = await new TestDevice(free, ana, 'phone').push(camera('c1'))

      expect(refused).toMatchObject({ refused: { code: 'unavailable' } })
      expect(refused.rejected ?? []).toEqual([])
      expect(meanwhile).toEqual([])
      expect(applied).toMatchObject({ lastOp: 1, rejected: [] })
      expect(await names()).toEqual(['c1'])
    } finally {
      await crew.close()
      await plain.drop()
    }
  },
)
