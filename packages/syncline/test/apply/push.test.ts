import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, cleo, type Crew, create, openCrew, remove, TestDevice, update } from './crew.ts'

describe.each(Object.entries(inject('servers')))('pushes on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  const device = (user = ana) => new TestDevice(crew.writer, user)

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W1: an acknowledged op is in the database', async () => {
    const outcome = await device().push(camera('w1', { details: { serial: 's1', deep: [1, null] } }))

    expect(outcome).toMatchObject({ lastOp: 1, rejected: [], conflicts: [] })
    expect(outcome.refused).toBeUndefined()
    expect(
      await plain.query("select name, status, zoom, tags, details, secret from cameras where id = 'w1'"),
    ).toEqual([
      {
        name: 'Camera w1',
        status: 'free',
        zoom: 0,
        tags: [],
        details: { serial: 's1', deep: [1, null] },
        secret: 'initial',
      },
    ])
  })
})
