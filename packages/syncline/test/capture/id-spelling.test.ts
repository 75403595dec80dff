/** Ids whose column ignores case: devices and rooms do not, and whoever declares them is told. */
import { createTestDatabase } from 'syncline/testing'
import { describe, expect, inject, test } from 'vitest'
import { readCatalog } from '../../src/cli/init/catalog.ts'
import { planSchema } from '../../src/cli/init/plan-schema.ts'
import { renderSchema } from '../../src/cli/init/render-schema.ts'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { defineSchema, model, reference, text } from '../../src/schema/index.ts'

describe.each(Object.entries(inject('servers')))('ids of type citext on PostgreSQL %s', (_major, server) => {
  test('are named by init and by migrate', async () => {
    const plain = await createTestDatabase(server)
    const database = postgres(plain.url)
    try {
      await database.query(`create extension citext;
        create table venues (id citext primary key, name text not null);
        create table stages (id text primary key, venue_id citext not null references venues)`)
      const code = renderSchema(planSchema(await readCatalog(database)), 'spelling')
      const { drift } = await migrate(
        database,
        defineSchema({
          models: {
            venue: model('venues', { name: text() }, { id: 'text', shared: true }),
            stage: model('stages', { venueId: reference('venue') }, { id: 'text', shared: true }),
          },
        }),
      )

      expect(code.match(/`id` ignores case/g)).toHaveLength(1)
      expect(drift).toMatchObject([
        { kind: 'id_ignores_case', table: 'venues', column: 'id', isBlocking: false },
      ])
      expect(drift[0]?.message).toContain('alter table venues alter column id type text')
    } finally {
      await database.close()
      await plain.drop()
    }
  })
})
