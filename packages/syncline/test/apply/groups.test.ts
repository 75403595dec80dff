/** What goes through in one group is what each op would have been alone. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Row } from '../../src/postgres/database.ts'
import { startTail } from '../../src/postgres/log/tail.ts'
import { WAKE_CHANNEL } from '../../src/postgres/log/wake.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { untilStill } from '../log/log-fixture.ts'
import { type AcceptedOp, createWriter } from '../../src/postgres/apply/writer.ts'
import {
  ana,
  ben,
  camera,
  create,
  type Crew,
  openCrew,
  remove,
  rules,
  schema,
  TestDevice,
  update,
} from './crew.ts'
import { watched } from './watched-database.ts'

describe.each(Object.entries(inject('servers')))('groups on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let made = 0
  const device = (user = ana) => new TestDevice(crew.writer, user)

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('a lone op is one statement; what arrives while it is in flight is one round trip', async () => {
    const { database, sent } = watched(crew.database)
    const writer = await createWriter(database, schema, rules)
    const devices = Array.from({ length: 20 }, (_, index) => new TestDevice(writer, index % 2 ? ana : ben))
    const pushAll = (round: string) =>
      Promise.all(
        devices.map((each, index) =>
          each.push(
            camera(`${round} ${index}`),
            update('camera', `${round} ${index}`, { zoom: 3 }, { base: 1 }),
          ),
        ),
      )
    await pushAll('warm')
    await devices[0]!.push(update('camera', 'warm 0', { zoom: 4 }))
    sent.length = 0

    await devices[0]!.push(update('camera', 'warm 0', { zoom: 5 }))
    const lone = sent.splice(0)
    await pushAll('cool')
    await writer.close()

    expect(lone).toEqual([[expect.stringMatching(/^with syncline_written .*update "cameras"/s)]])
    // The first to arrive goes at once, the others together.
    expect(sent).toHaveLength(2)
    expect(sent[1]?.at(0)).toBe('begin')
    expect(sent[1]?.at(-1)).toBe('commit')
    expect(sent[1]?.filter((text) => text.includes('_set(')).length).toBe(2)
  })

  test('a lone op takes the read of the log along, and its answer is handed over before the push is answered', async () => {
    const happened: string[] = []
    const statement = { text: "select id from syncline.log where model = 'camera' and id = 'along'" }
    const handOver = (rows: readonly Row[]) => void happened.push(`read ${rows.map(({ id }) => id)}`)
    const end = () => void happened.push('ended')
    const readAlong = () => ({ statement, shortStatement: statement, handOver, end })
    const writer = await crew.anotherWriter({ readAlong })

    await new TestDevice(writer, ana).push(camera('along'))
    happened.push('answered')

    // The read saw what the op committed.
    expect(happened).toEqual(['read along', 'ended', 'answered'])
  })

  test('L2: where the process wakes its tail itself, no transaction notifies, and each one tells its end', async () => {
    const sleeper = await startTail(crew.database, { pollMs: 60_000 }, () => {})
    const program = await plain.connect()
    let told = 0
    program.on('notification', () => told++)
    await program.query(`listen ${WAKE_CHANNEL}`)
    // What the start has left to tell is over.
    await untilStill(() => told)
    told = 0
    const ended: (string | undefined)[] = []
    const writer = await crew.anotherWriter({ beginQuiet: () => (xid) => void ended.push(xid) })
    const devices = [new TestDevice(writer, ana), new TestDevice(writer, ben)]

    const lone = await devices[0]!.push(camera('quiet'))
    const both = await Promise.all(devices.map((pusher, index) => pusher.push(camera(`quiet ${index}`))))
    // A query hears what was notified until then.
    await program.query('select 1')
    const toldInSilence = told
    const refused = await devices[1]!.push(camera('quiet'))
    await new TestDevice(await crew.anotherWriter(), ana).push(camera('loud'))
    await program.query('select 1')

    expect(refused.rejected).toMatchObject([{ code: 'duplicate_id' }])
    expect(ended).toContain(lone.xids[0])
    for (const { xids } of both) expect(ended).toContain(xids[0])
    // The group that failed, and ended.
    expect(ended).toContain(undefined)
    expect({ toldInSilence, told: told > 0 }).toEqual({ toldInSilence: 0, told: true })
    await sleeper.close()
  })

  test('L1: each change of a group is logged with its own author, device and op, rows in cascades too', async () => {
    await plain.query(`
      create function follow() returns trigger language plpgsql as $$ begin
        update photos set caption = new.name where camera_id = new.id; return null;
      end $$`)
    const owners = Array.from({ length: 12 }, (_, index) => device(index % 2 ? ana : ben))
    const id = (index: number) => `logged ${index}`
    await Promise.all(
      owners.map((owner, index) =>
        owner.push(camera(id(index)), create('photo', id(index), { cameraId: id(index), caption: 'x' })),
      ),
    )
    await Promise.all(
      owners.map((owner, index) => owner.push(update('camera', id(index), { name: 'plain' }))),
    )
    await plain.query('create trigger follow after update on cameras for each row execute function follow()')
    const writer = await crew.anotherWriter()
    const again = owners.map((owner) => new TestDevice(writer, owner.user))
    await Promise.all(
      again.map((owner, index) => owner.push(update('camera', id(index), { name: 'followed' }))),
    )
    await Promise.all(again.map((owner, index) => owner.push(remove('camera', id(index)))))
    await plain.query('drop trigger follow on cameras')

    const rows = await plain.query(
      "select model, id, action, version, actor, device, op::int, source from syncline.log where id like 'logged %' order by model, version",
    )
    owners.forEach((owner, index) => {
      const first = { actor: owner.user.id, device: owner.device, source: 'app' }
      const second = { actor: owner.user.id, device: again[index]!.device, source: 'app' }
      const own = rows.filter((row) => row.id === id(index)).map(({ id: _, ...row }) => row)
      expect(own).toEqual([
        { model: 'camera', action: 'create', version: 1, op: 1, ...first },
        { model: 'camera', action: 'update', version: 2, op: 3, ...first },
        { model: 'camera', action: 'update', version: 3, op: 1, ...second },
        { model: 'camera', action: 'delete', version: 4, op: 2, ...second },
        { model: 'photo', action: 'create', version: 1, op: 2, ...first },
        // The application's trigger and the foreign key wrote the photo in the name of the op, which is the camera's.
        { model: 'photo', action: 'update', version: 2, op: null, ...second },
        { model: 'photo', action: 'delete', version: 3, op: null, ...second },
      ])
    })
  })

  test('W2: a group gives every device the same answers and records as ops one by one (property)', async () => {
    const single = await createTestDatabase(server)
    const alone = await openCrew(single.url)
    const record = fc.constantFrom('a', 'b', 'c')
    const step = fc.oneof(
      fc.record({ kind: fc.constant('create' as const), record, name: fc.constantFrom('x', 'bad') }),
      fc.record({
        kind: fc.constant('update' as const),
        record,
        name: fc.constantFrom('y', 'z', 'bad'),
        base: fc.integer({ min: 0, max: 4 }),
      }),
      fc.record({ kind: fc.constant('zoom' as const), record, by: fc.integer({ min: -3, max: 3 }) }),
      fc.record({
        kind: fc.constant('note' as const),
        record,
        base: fc.integer({ min: 0, max: 3 }),
        unlessChanged: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('photo' as const), record }),
      fc.record({ kind: fc.constant('delete' as const), record }),
    )
    const authors = fc.array(fc.array(step, { minLength: 1, maxLength: 10 }), { minLength: 2, maxLength: 6 })

    await fc.assert(
      fc.asyncProperty(authors, async (lists) => {
        const run = made++
        const opsOf = (steps: (typeof lists)[number], author: number) =>
          steps.map((each, index) => opOf(each, `${run}.${author}`, index))
        const summary = (outcome: Awaited<ReturnType<TestDevice['push']>>) => ({
          lastOp: outcome.lastOp,
          rejected: outcome.rejected.map(({ n, code, field }) => [n, code, field]),
          conflicts: outcome.conflicts.map(({ field, mine, theirs, outcome }) => [
            field,
            mine,
            theirs,
            outcome,
          ]),
        })

        const together = await Promise.all(
          lists.map((steps, author) =>
            new TestDevice(crew.writer, author % 2 ? ana : ben).push(...opsOf(steps, author)),
          ),
        )
        const oneByOne = []
        for (const [author, steps] of lists.entries()) {
          const each = new TestDevice(alone.writer, author % 2 ? ana : ben)
          const outcomes = []
          for (const op of opsOf(steps, author)) outcomes.push(await each.push(op))
          const conflicts = outcomes.flatMap((outcome) => outcome.conflicts)
          oneByOne.push({ ...outcomes.at(-1)!, conflicts })
        }

        expect(together.map(summary)).toEqual(oneByOne.map(summary))
        const state = `select id, name, note, zoom, version, field_versions from cameras where id like '${run}.%' order by id`
        expect(await plain.query(state)).toEqual(await single.query(state))
      }),
      { numRuns: 20 },
    )
    await alone.close()
    await single.drop()
  })
})

type Step =
  | { kind: 'create'; record: string; name: string }
  | { kind: 'update'; record: string; name: string; base: number }
  | { kind: 'zoom'; record: string; by: number }
  | { kind: 'note'; record: string; base: number; unlessChanged: boolean }
  | { kind: 'photo'; record: string }
  | { kind: 'delete'; record: string }

/** An op of an author on records of their own. */
function opOf(step: Step, author: string, index: number): Omit<AcceptedOp, 'n' | 'key'> {
  const id = `${author}.${step.record}`
  switch (step.kind) {
    case 'create':
      return camera(id, { name: step.name })
    case 'update':
      return update('camera', id, { name: step.name }, { base: step.base })
    case 'zoom':
      return update('camera', id, { zoom: { $inc: step.by } })
    case 'note':
      return update(
        'camera',
        id,
        { note: `note ${index}` },
        { base: step.base, unlessChanged: step.unlessChanged },
      )
    case 'photo':
      return create('photo', `${id}.${index}`, { cameraId: id, caption: 'x' })
    case 'delete':
      return remove('camera', id)
  }
}
