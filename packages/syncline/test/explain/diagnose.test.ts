/** What `syncline doctor` finds in a database. */
import { expect, test } from 'vitest'
import { sql } from '../../src/server/index.ts'
import { diagnose } from '../../src/server/explain/diagnose.ts'
import { migrate } from '../../src/server/migrate.ts'
import { schema } from '../capture/schema.ts'
import { SERVERS, openStage } from '../capture/stage.ts'

test.each(SERVERS)('doctor names records in a wrong room until migrate has mended them: %s', async (kind) => {
  const stage = await openStage(kind)
  const patient = {
    schema,
    database: stage.database,
    access: { production: { accessibleBy: () => sql.all } },
  }
  const ofLog = async () =>
    (await diagnose(patient)).filter(({ about, is }) => about === 'log' && is !== 'well')
  await migrate(patient)
  await stage.database.query(`insert into productions (id, name) values ('p', 'P');
    insert into cameras (id, production_id, name) values ('c', 'p', 'C');
    insert into photos (id, camera_id, caption) values ('f', 'c', 'F'), ('g', 'c', 'G')`)
  const before = await ofLog()

  await stage.database.query(
    'set session_replication_role = replica; update photos set sync_room = null; reset session_replication_role',
  )
  const found = await ofLog()
  await migrate(patient)

  expect(before).toEqual([])
  expect(found).toEqual([
    {
      is: 'bad',
      about: 'log',
      message:
        '`photos` has 2 records outside the room that the path leads to: members of that room miss them. Run `npx syncline migrate`, which takes them there by changes in the log.',
    },
  ])
  expect(await ofLog()).toEqual([])
  await stage.close()
})
