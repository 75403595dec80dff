/** What `syncline doctor` says of records that are in no room. */
import { expect, test } from 'vitest'
import { migrate } from '../../src/server/migrate.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { sql } from '../../src/server/index.ts'
import { diagnose } from '../../src/server/explain/diagnose.ts'
import { openStage, SERVERS } from '../capture/stage.ts'

const schema = defineSchema({
  models: {
    clinic: model('clinics', { name: text() }),
    vet: model('vets', { clinicId: reference('clinic').nullable() }),
    visit: model('visits', { vetId: reference('vet').nullable(), reason: text() }),
  },
  rooms: { clinic: room({ vet: 'clinicId', visit: 'vetId.clinicId' }) },
})
const access = { clinic: { accessibleBy: () => sql.all } }

test.each(SERVERS)('doctor notes how many records are in no room, when they are many: %s', async (kind) => {
  const stage = await openStage(kind)
  const patient = { schema, database: stage.database, access }
  const roomless = async () =>
    (await diagnose(patient)).filter(({ message }) => message.includes('in no room'))
  await migrate(patient)
  const empty = await roomless()
  await stage.database.query(`insert into clinics (id, name) values ('c', 'C');
    insert into vets (id, clinic_id) select 'v' || n, case when n < 20 then 'c' end from generate_series(1, 20) n;
    insert into visits (id, reason) select 'i' || n, '' from generate_series(1, 40) n`)

  const found = await roomless()
  await stage.database.query(`update visits set vet_id = 'v1'; delete from visits where id <> 'i1'`)
  const after = await roomless()

  expect(empty).toEqual([])
  expect(found).toEqual([
    {
      is: 'note',
      about: 'schema',
      message:
        '40 of 40 records of `visit` are in no room, so no page that joins one has them: `vetId.clinicId` leads to none, as a reference on the way is null. If that is not meant so, fill the references, or declare another path.',
    },
  ])
  expect(after).toEqual([])
  await stage.close()
})
