/** Values of every kind arrive alike whether their ops come as columns of a set or one by one. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createWriter, type Writer } from '../../src/postgres/apply/writer.ts'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { pglite } from '../../src/postgres/drivers/pglite.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import type { Database } from '../../src/postgres/database.ts'
import type { Rules } from '../../src/postgres/rules.ts'
import { sql } from '../../src/postgres/sql.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  date,
  decimal,
  defineSchema,
  integer,
  json,
  model,
  number,
  oneOf,
  reference,
  room,
  text,
  timestamp,
  uuid,
} from '../../src/schema/index.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, TestDevice, update } from './crew.ts'
import { watched } from './watched-database.ts'

const schema = defineSchema({
  version: 1,
  models: {
    shelf: model('shelves', { name: text() }, { id: 'text' }),
    sample: model(
      'samples',
      {
        shelfId: reference('shelf'),
        words: text().nullable(),
        whole: integer().nullable(),
        large: bigint().nullable(),
        real: number().nullable(),
        price: decimal().nullable(),
        isOn: boolean().nullable(),
        at: timestamp().nullable(),
        day: date().nullable(),
        other: uuid().nullable(),
        data: bytes().nullable(),
        state: oneOf('on', 'off').nullable(),
        tree: json().nullable(),
        list: array(text()).nullable(),
        numbers: array(number()).nullable(),
      },
      { id: 'text' },
    ),
  },
  rooms: { shelf: room({ sample: 'shelfId' }) },
})

const NAMES = schema.models['sample']?.fieldNames ?? []
const rules: Rules = {
  read: () => sql.all,
  write: () => ({ when: sql.all, fields: new Set(NAMES) }),
  readingRules: () => [],
  isReadThrough: () => false,
  all: () => true,
  dependencies: () => new Set(),
}

const FILLED: readonly Record<string, unknown>[] = [
  {
    words: 'a "b" \\ {c},\n',
    whole: -2_147_483_648,
    large: '9223372036854775807',
    real: 0.1,
    price: '-12345678901234567890.10',
    isOn: true,
    at: '2026-02-12T10:00:00.123456Z',
    day: '0001-01-01',
    other: '0199a5a5-7c1e-7000-8000-000000000001',
    data: 'AAH/',
    state: 'off',
    tree: { a: [null, '"', { b: 1.5 }] },
    list: ['x', '"', '\\', ''],
    numbers: [1, -0.5],
  },
  { words: 'null', real: 1e300, price: '0', isOn: false, tree: 'null', list: [], state: 'on', large: '-1' },
  { list: [null, 'null', null], numbers: [null, 1] },
  Object.fromEntries(NAMES.slice(1).map((name) => [name, null])),
]

const databases = [...Object.entries(inject('servers')), ['embedded', undefined] as const]

describe.each(databases)('sets of every kind on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase | undefined
  let database: Database
  let writer: Writer
  let sent: string[][]

  beforeAll(async () => {
    plain = server === undefined ? undefined : await createTestDatabase(server)
    database = plain ? postgres(plain.url) : pglite('memory://')
    await migrate(database, schema)
    const seen = watched(database)
    sent = seen.sent
    writer = await createWriter(seen.database, schema, rules, { onError: console.error })
  })
  afterAll(async () => {
    await writer.close()
    await database.close()
    await plain?.drop()
  })

  test.each(FILLED)('L1: %j', async (fields) => {
    await database.query(
      `delete from samples; delete from syncline.log where model = 'sample';
       insert into shelves (id, name) values ('a', 'A') on conflict do nothing;
       insert into samples (id, shelf_id, words, tree) select 's' || n, 'a', 'before', '{}' from generate_series(1, 3) n`,
    )
    const device = new TestDevice(writer, ana, `device ${FILLED.indexOf(fields)}`)
    await device.push(update('sample', 's3', { words: 'before' }))
    sent.length = 0
    await expect
      .poll(async () => {
        sent.length = 0
        await database.query(
          "update samples set words = 'before', whole = null, tree = '{}' where id in ('s1', 's2')",
        )
        const { rejected } = await device.push(update('sample', 's1', fields), update('sample', 's2', fields))
        expect(rejected).toEqual([])
        return sent.flat().some((text) => text.includes('_set($1, '))
      })
      .toBe(true)
    const { rejected } = await device.push(update('sample', 's3', fields))
    expect(rejected).toEqual([])

    const rows = await database.query<{ row: string }>(
      "select (to_jsonb(s) - 'id' - 'version' - 'field_versions')::text as row from samples s order by id",
    )
    expect(new Set(rows.map(({ row }) => row)).size).toBe(1)
    const logged = await database.query<{ fields: object }>(
      `select distinct on (id) fields from syncline.log where model = 'sample' and action = 'update' order by id, version desc`,
    )
    expect(logged).toHaveLength(3)
    expect(logged[0]?.fields).toEqual(logged[2]?.fields)
    expect(logged[1]?.fields).toEqual(logged[2]?.fields)
  })
})
