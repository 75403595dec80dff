/** The codec against the databases it speaks for: what it takes, PostgreSQL takes and gives back in the same spelling. */
import fc from 'fast-check'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { checkValue } from '../../src/schema/check-fields.ts'
import type { FieldDeclaration } from '../../src/schema/field-declaration.ts'
import {
  bigint,
  bytes,
  date,
  decimal,
  defineSchema,
  integer,
  json,
  model,
  number,
  text,
  timestamp,
  uuid,
} from '../../src/schema/index.ts'
import { InvalidValue } from '../../src/schema/invalid-value.ts'
import { createTestDatabase } from '../../src/testing/test-database.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const VALUES = 3_000

const zone = fc.constantFrom('Z', '+00:00', '+05:30', '-11:15', '+1500', '-03', '+00:00:01')
const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,6}$/))
const two = (most: number) => fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'))
const year = fc.oneof(
  fc.integer({ min: 1, max: 4713 }),
  fc.integer({ min: 1900, max: 2100 }),
  fc.integer({ min: 1, max: 300_000 }),
)
const day = fc
  .tuple(year, two(13), two(32), fc.constantFrom('', '', '', ' BC'))
  .map(([y, m, d, era]) => ({ text: `${String(y).padStart(4, '0')}-${m}-${d}`, era }))
const moment = fc
  .tuple(day, two(24), two(60), two(60), fraction, zone)
  .map(([{ text: calendar, era }, h, m, s, f, z]) => `${calendar}T${h}:${m}:${s}${f}${z}${era}`)

interface Kind {
  readonly declared: FieldDeclaration
  readonly values: fc.Arbitrary<unknown>
  /** From the text `x`, through the column's type, to what the wire has. */
  readonly sql: string
}

const kinds: Readonly<Record<string, Kind>> = {
  timestamp: { declared: timestamp(), values: moment, sql: `to_jsonb(x::timestamptz)` },
  date: {
    declared: date(),
    values: day.map(({ text: calendar, era }) => calendar + era),
    sql: 'to_jsonb(x::date)',
  },
  decimal: {
    declared: decimal(),
    values: fc.oneof(
      fc.stringMatching(/^-?\d{1,30}(\.\d{1,20})?$/),
      fc.constantFrom('NaN', '-0', '-0.000', '0001.10'),
    ),
    sql: 'to_jsonb(x::numeric::text)',
  },
  bigint: {
    declared: bigint(),
    values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    sql: 'to_jsonb(x::int8::text)',
  },
  integer: { declared: integer(), values: fc.integer(), sql: 'to_jsonb(x::int4)' },
  number: {
    declared: number(),
    values: fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('NaN', 'Infinity', '-Infinity'),
    ),
    sql: 'to_jsonb(x::float8)',
  },
  uuid: { declared: uuid(), values: fc.uuid().map((value) => value.toUpperCase()), sql: 'to_jsonb(x::uuid)' },
  bytes: {
    declared: bytes(),
    values: fc.base64String({ maxLength: 200 }),
    sql: "to_jsonb(replace(encode(decode(x, 'base64'), 'base64'), e'\\n', ''))",
  },
  text: { declared: text(), values: fc.string({ unit: 'binary' }), sql: 'to_jsonb(x)' },
}

const schema = defineSchema({
  models: {
    thing: model(
      'things',
      Object.fromEntries(Object.entries(kinds).map(([name, { declared }]) => [name, declared])),
    ),
    other: model('others', { json: json() }),
  },
})

describe.each(Object.entries(inject('servers')))('PostgreSQL %s', async (_, server) => {
  const database = await createTestDatabase(server)
  const connection = await database.connect()
  await connection.query("set timezone = 'UTC'; set extra_float_digits = 1; set intervalstyle = 'iso_8601'")
  afterAll(() => database.drop())

  test.each(Object.entries(kinds))(
    `gives back every %s as it was checked (seed ${seed})`,
    async (name, { values, sql }) => {
      const field = schema.models['thing']?.fields[name]
      if (field === undefined) throw new Error(name)
      const taken = fc
        .sample(values, { numRuns: VALUES, seed })
        .map((value) => checkValue(field, value))
        .filter((value) => !(value instanceof InvalidValue))

      const { rows } = await connection.query<{ back: unknown }>({
        text: `select ${sql} as back from unnest($1::text[]) with ordinality as v(x, i) order by i`,
        values: [taken.map(String)],
      })

      expect(taken.length).toBeGreaterThan(VALUES / 10)
      expect(rows.map(({ back }) => back)).toEqual(taken)
    },
  )

  test(`refuses what the codec refuses as a day or a moment (seed ${seed})`, async () => {
    for (const [name, type] of [
      ['timestamp', 'timestamptz'],
      ['date', 'date'],
    ] as const) {
      const { values } = kinds[name] as Kind
      const field = schema.models['thing']?.fields[name]
      if (field === undefined) throw new Error(name)
      const refused = fc
        .sample(values, { numRuns: 600, seed })
        .filter((value) => checkValue(field, value) instanceof InvalidValue)
      const isTaken = `create or replace function pg_temp.is_taken(x text) returns boolean language plpgsql as
        $$ begin perform x::${type}; return true; exception when others then return false; end $$`
      await connection.query(isTaken)

      const { rows } = await connection.query<{ x: string }>(
        'select x from unnest($1::text[]) x where pg_temp.is_taken(x)',
        [refused],
      )

      // PostgreSQL also takes 24:00:00 and a second 60, which name the moment after in another spelling.
      const others = rows.filter(({ x }) => !/T24:00:00|:60[.Z+-]/.test(x))
      expect(refused.length).toBeGreaterThan(10)
      expect(others).toEqual([])
    }
  })

  test(`gives back every JSON value as it was checked (seed ${seed})`, async () => {
    const field = schema.models['other']?.fields['json']
    if (field === undefined) throw new Error('json')
    const taken = fc
      .sample(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), { numRuns: VALUES, seed })
      .map((value) => checkValue(field, value))
      .filter((value) => !(value instanceof InvalidValue))

    const { rows } = await connection.query<{ back: string }>(
      'select x::jsonb::text as back from unnest($1::text[]) with ordinality as v(x, i) order by i',
      [taken.map((value) => JSON.stringify(value))],
    )

    expect(taken.length).toBeGreaterThan(VALUES / 4)
    expect(rows.map(({ back }) => JSON.parse(back))).toEqual(taken)
  })
})
