/** L1: triggers of the application whose names sort behind the one that stamps, or in front of the one that logs. */
import { afterEach, describe, expect, test } from 'vitest'
import { healCapture } from '../../src/postgres/capture/heal-capture.ts'
import { healingMessages } from '../../src/postgres/capture/healing-messages.ts'
import { checkCapture, migrate } from '../../src/postgres/capture/migrate.ts'
import { watchCapture } from '../../src/postgres/capture/watch-capture.ts'
import { defineSchema, integer, model, text } from '../../src/schema/index.ts'
import { KINDS, openStage, type Stage } from './stage.ts'

const schema = defineSchema({ models: { lens: model('lenses', { name: text(), step: integer() }) } })

const TABLE = `create table lenses (id text, name text not null, step integer not null, primary key (id, step))
    partition by range (step);
  create table lenses_low partition of lenses for values from (0) to (10);
  create function own() returns trigger language plpgsql as $$ begin return new; end $$;`

const TRIGGERS = `
  create trigger zzzz before update on lenses for each row execute function own();
  create trigger "zz syncline" before insert or update on lenses for each row execute function own();
  create trigger early before insert on lenses for each row execute function own();
  create trigger zzz_off before insert on lenses for each row execute function own();
  create trigger zzz_low before insert on lenses_low for each row execute function own();
  create trigger " first" after insert on lenses for each row execute function own();
  create trigger another after insert or update or delete on lenses for each row execute function own();
  create trigger zzz_statement before update on lenses for each statement execute function own();
  alter table lenses disable trigger zzz_off;`

const FOUND = [
  'Trigger ` first` on `lenses` runs before `!syncline_log`, because triggers run in the order of their names: what it writes is logged before the change that it follows. Rename it, so that it sorts after (alter trigger " first" on lenses rename to …).',
  'Trigger `zzzz` on `lenses` runs after `zz_syncline_stamp_update`, because triggers run in the order of their names: what it changes gets no new version and is not logged. Rename it, so that it sorts before (alter trigger zzzz on lenses rename to …).',
  expect.stringMatching(/^Trigger `zzz_low` on `(public\.)?lenses_low` runs after `zz_syncline_stamp`/),
]

describe.each(KINDS)('%s', (kind) => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  async function openMisplaced() {
    stage = await openStage(kind)
    const { database } = stage
    await database.query(TABLE + TRIGGERS)
    return { database, report: await migrate(database, schema) }
  }

  test('L1: migrate, a check and a look at capture name them, and what to do', async () => {
    const { database, report } = await openMisplaced()

    const checked = await checkCapture(database, schema)
    const { misplaced } = await healCapture(database, schema)

    const isPlace = ({ kind: what }: { kind: string }) => /^trigger_(after|before)/.test(what)
    expect(report.drift.filter(isPlace).map(({ message }) => message)).toEqual(FOUND)
    expect(checked.filter(isPlace).map(({ message }) => message)).toEqual(FOUND)
    expect(misplaced.map(({ message }) => message)).toEqual(FOUND)
  })

  test('L1: a running server tells of each once, also of one that comes later', async () => {
    const { database } = await openMisplaced()
    await database.query('drop trigger zzzz on lenses; drop trigger zzz_low on lenses_low')
    const told: string[] = []
    let looks = 0
    const counted = {
      ...database,
      transaction: ((...call: Parameters<typeof database.transaction>) => {
        looks++
        return database.transaction(...call)
      }) as typeof database.transaction,
    }

    const watch = watchCapture(counted, schema, {
      everyMs: 10,
      onFound: (found) =>
        told.push(...healingMessages(found).map(({ level, message }) => `${level} ${message}`)),
      onError: (error) => told.push(String(error)),
    })
    await expect.poll(() => looks).toBeGreaterThan(3)
    await database.query('create trigger zzzz before update on lenses for each row execute function own()')
    await expect.poll(() => told.length).toBeGreaterThan(1)
    const before = looks
    await expect.poll(() => looks).toBeGreaterThan(before + 3)
    await watch.close()

    expect(told).toEqual([`error ${FOUND[0]}`, `error ${FOUND[1]}`])
  })
})
