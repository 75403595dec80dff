/** What capture compiles to, for a person to read and a review to see change: compared with the file beside it. */
import { expect, test } from 'vitest'
import { FRESH_DATABASE } from '../../src/postgres/capture/describe-database.ts'
import { formatMigration } from '../../src/postgres/capture/format-migration.ts'
import { planMigration } from '../../src/postgres/capture/migration-plan.ts'
import { OWN_OBJECTS_MARK } from '../../src/postgres/capture/own-objects.ts'
import { schema } from './schema.ts'

test('the SQL of capture is the one in schema-dump.sql', async () => {
  // Our own tables are compared where they are written.
  const { steps } = planMigration(schema, { ...FRESH_DATABASE, mark: OWN_OBJECTS_MARK })

  await expect(formatMigration(steps)).toMatchFileSnapshot('./schema-dump.sql')
})
