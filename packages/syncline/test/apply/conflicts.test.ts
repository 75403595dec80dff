/** What happens when two authors change one field unseen. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import type { Conflict } from '../../src/postgres/apply/writer.ts'
import { ana, ben, camera, type Crew, openCrew, remove, TestDevice, update } from './crew.ts'

const brief = ({ field, mine, theirs, by, base, version, outcome }: Conflict) => ({
  field,
  mine,
  theirs,
  by,
  base,
  version,
  outcome,
})

describe.each(Object.entries(inject('servers')))('conflicts on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let made = 0
  const device = (user = ana) => new TestDevice(crew.writer, user)
  const stored = async (id: string) => (await plain.query('select * from cameras where id = $1', [id]))[0]
  const newCamera = async (fields: Record<string, unknown> = {}) => {
    const id = `c${made++}`
    const { rejected } = await device().push(camera(id, fields))
    expect(rejected).toEqual([])
    return id
  }

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W3: functions that a server of an earlier version calls stay as they are: it goes on after `migrate`', async () => {
    const older =
      'op jsonb, model text, id text, field text, written integer, mine jsonb, theirs jsonb, outcome text'
    const database = await createTestDatabase(server)
    await database.query(`create schema syncline;
      create function syncline.conflict(${older}) returns jsonb language sql as $$ select '{"mine": {}}'::jsonb $$;
      create function syncline.changed_since(op jsonb, model text, id text) returns jsonb language sql as $$ select '[{"mine": {}}]'::jsonb $$`)

    const newer = await openCrew(database.url)

    const [kept] = await database.query(
      `select syncline.conflict('{}', '', '', '', 1, 'null', 'null', '') as one, syncline.changed_since('{}', '', '') as all`,
    )
    await newer.close()
    await database.drop()
    expect(kept).toEqual({ one: { mine: {} }, all: [{ mine: {} }] })
  })

  test('W3: overwrite: the later op wins, and both authors find what was overwritten', async () => {
    const id = await newCamera()
    await device(ben).push(update('camera', id, { name: "Ben's" }, { base: 1 }))

    const outcome = await device(ana).push(update('camera', id, { name: "Ana's", zoom: 4 }, { base: 1 }))

    expect((await stored(id))?.name).toBe("Ana's")
    const mine = {
      field: 'name',
      mine: "Ana's",
      theirs: "Ben's",
      by: ben.id,
      base: 1,
      version: 2,
      outcome: 'won',
    }
    expect(outcome.conflicts.map(brief)).toEqual([mine])
    const theirs = { field: 'name', mine: "Ben's", theirs: "Ana's", by: ana.id, version: 2, outcome: 'lost' }
    const open = async (user: typeof ana) =>
      (await crew.writer.device('any', user)).conflicts.filter(({ record }) => record === id).map(brief)
    expect(await open(ana)).toEqual([mine])
    expect(await open(ben)).toEqual([theirs])
  })

  test('W3: nothing is a conflict that its author has seen, wrote on this device, or wrote alike', async () => {
    const id = await newCamera()
    const sender = device(ana)
    const chained = await sender.push(
      update('camera', id, { name: 'A' }, { base: 1 }),
      update('camera', id, { name: 'B' }, { base: 1 }),
    )
    const seen = await device(ben).push(update('camera', id, { name: 'C' }, { base: 3 }))
    const alike = await device(ana).push(update('camera', id, { name: 'C' }, { base: 2 }))
    const otherField = await device(ana).push(update('camera', id, { zoom: 2 }, { base: 1 }))
    const withoutBase = await device(ben).push(update('camera', id, { name: 'D' }))

    for (const { conflicts, rejected } of [chained, seen, alike, otherField, withoutBase]) {
      expect({ conflicts, rejected }).toEqual({ conflicts: [], rejected: [] })
    }
    expect(await stored(id)).toMatchObject({ name: 'D', zoom: 2 })
  })

  test('W3: another device of the same user has one entry; a direct write has no author to tell', async () => {
    const id = await newCamera()
    await plain.query("update cameras set name = 'psql' where id = $1", [id])

    const direct = await device(ana).push(update('camera', id, { name: 'first' }, { base: 1 }))
    const own = await device(ana).push(update('camera', id, { name: 'second' }, { base: 1 }))

    expect(direct.conflicts.map(brief)).toMatchObject([
      { theirs: 'psql', by: null, version: 2, outcome: 'won' },
    ])
    expect(own.conflicts.map(brief)).toMatchObject([
      { theirs: 'first', by: ana.id, version: 3, outcome: 'won' },
    ])
    const entries = await plain.query('select user_id from syncline.conflicts where record = $1', [id])
    expect(entries).toEqual([{ user_id: ana.id }, { user_id: ana.id }])
  })

  test('W3: keep: an op that has not seen the latest value does not win; its other fields do', async () => {
    const id = await newCamera({ note: 'first' })
    await device(ben).push(update('camera', id, { note: 'newer' }, { base: 1 }))

    const stale = await device(ana).push(update('camera', id, { note: 'stale', name: 'N' }, { base: 1 }))
    const alone = await device(ana).push(update('camera', id, { note: null }, { base: 1 }))
    const fresh = await device(ana).push(update('camera', id, { note: null }, { base: 3 }))

    expect(stale.rejected.concat(alone.rejected, fresh.rejected)).toEqual([])
    expect(stale.conflicts.map(brief)).toMatchObject([
      { field: 'note', mine: 'stale', theirs: 'newer', outcome: 'lost' },
    ])
    expect(alone.conflicts.map(brief)).toMatchObject([
      { field: 'note', mine: null, theirs: 'newer', outcome: 'lost' },
    ])
    expect(fresh.conflicts).toEqual([])
    expect(await stored(id)).toMatchObject({ note: null, name: 'N', version: 4 })
  })

  test('W3: unlessChanged leaves alone what others have changed, and tells', async () => {
    const id = await newCamera({ zoom: 1 })
    await device(ben).push(update('camera', id, { name: "Ben's", zoom: { $inc: 5 } }))

    const undo = { base: 1, unlessChanged: true }
    const outcome = await device(ana).push(
      update('camera', id, { name: 'undone', status: 'broken', zoom: { $inc: -1 } }, undo),
    )
    const deleted = await device(ana).push(remove('camera', id, undo))

    expect(outcome.conflicts.map(brief)).toMatchObject([
      { field: 'name', mine: 'undone', theirs: "Ben's", outcome: 'lost' },
    ])
    expect(deleted.conflicts.map(({ field, outcome }) => [field, outcome])).toEqual([
      ['name', 'lost'],
      ['zoom', 'lost'],
      ['status', 'lost'],
      ['zoom', 'lost'],
    ])
    expect(await stored(id)).toMatchObject({ name: "Ben's", status: 'broken', zoom: 5 })
    expect((await device(ana).push(remove('camera', id, { ...undo, base: 3 }))).conflicts).toEqual([])
    expect(await stored(id)).toBeUndefined()
  })

  test('W3: what was overwritten is kept also when the log that says who wrote it is pruned', async () => {
    const id = await newCamera()
    await device(ben).push(update('camera', id, { name: "Ben's" }))
    await plain.query("delete from syncline.log where model = 'camera' and id = $1", [id])

    const outcome = await device(ana).push(update('camera', id, { name: "Ana's" }, { base: 1 }))

    expect(outcome.conflicts.map(brief)).toMatchObject([
      { theirs: "Ben's", by: null, version: 2, outcome: 'won' },
    ])
  })

  test('W2: counters end at the exact sum, whatever arrives together (property)', async () => {
    const steps = fc.array(fc.record({ author: fc.nat(7), by: fc.integer({ min: -1000, max: 1000 }) }), {
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const id = await newCamera({ zoom: 10 })
        const devices = Array.from({ length: 8 }, (_, index) => device(index % 2 ? ana : ben))

        const outcomes = await Promise.all(
          all.map(({ author, by }) =>
            devices[author]?.push(update('camera', id, { zoom: { $inc: by } }, { base: 1 })),
          ),
        )

        expect(
          outcomes.every((outcome) => outcome?.conflicts.length === 0 && outcome.rejected.length === 0),
        ).toBe(true)
        const sum = all.reduce((total, { by }) => total + by, 10)
        expect(await stored(id)).toMatchObject({ zoom: sum })
      }),
      { numRuns: 15 },
    )
  })

  test('W2: sets hold what was added and not removed, each once, in order (property)', async () => {
    const tag = fc.constantFrom('a', 'b', 'c', 'd', 'e', '"', ',', '{}', 'NULL', '', null)
    const tags = fc.uniqueArray(tag, { maxLength: 4 })
    const step = fc.oneof(
      fc.record({ $add: tags, $remove: tags }),
      fc.record({ $add: tags }),
      fc.record({ $remove: tags }),
      tags,
    )
    await fc.assert(
      fc.asyncProperty(tags, fc.array(step, { maxLength: 12 }), async (first, steps) => {
        const id = await newCamera({ tags: first })

        await device().push(...steps.map((step) => update('camera', id, { tags: step })))

        const expected = steps.reduce<(string | null)[]>((set, step) => {
          if (Array.isArray(step)) return step
          const { $add = [], $remove = [] } = step as {
            $add?: (string | null)[]
            $remove?: (string | null)[]
          }
          const all = [...new Set([...set, ...$add])]
          return all.filter((tag) => $add.includes(tag) || !$remove.includes(tag))
        }, first)
        expect((await stored(id))?.tags).toEqual(expected)
      }),
      { numRuns: 25 },
    )
  })
})
