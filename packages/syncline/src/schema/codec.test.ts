import fc from 'fast-check'
import * as v from 'valibot'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, test } from 'vitest'
import { checkFields, checkValue } from './check-fields.ts'
import { checkId } from './check-id.ts'
import { MAX_JSON_DEPTH } from './check-json.ts'
import type { FieldDeclaration } from './field-declaration.ts'
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
  type Model,
  model,
  number,
  oneOf,
  reference,
  text,
  timestamp,
  uuid,
} from './index.ts'
import { InvalidValue } from './invalid-value.ts'
import { fromWire, toWire, toWireFields } from './wire-value.ts'

function modelOf(fields: Readonly<Record<string, FieldDeclaration>>, options = {}): Model {
  const schema = defineSchema({
    models: {
      thing: model('things', fields, options),
      numbered: model('numbered', {}, { id: 'bigint' }),
    },
  })
  return schema.models['thing'] as Model
}

const fieldOf = (declared: FieldDeclaration) => {
  const [field] = Object.values(modelOf({ fieldId: declared }).fields)
  if (field === undefined) throw new Error('no field')
  return field
}

/** What is wrong with a value; throws when nothing is. */
function refusalOf(declared: FieldDeclaration, value: unknown): string {
  const checked = checkValue(fieldOf(declared), value)
  if (checked instanceof InvalidValue) return checked.text
  throw new Error(`${JSON.stringify(value)} was taken as ${JSON.stringify(checked)}`)
}

describe('values and their canonical form', () => {
  const bare = Object.assign(Object.create(null), { a: 1 })
  const uuidText = '0192F0C1-7b6e-7c31-9f5d-1a2b3c4d5e6f'
  test.each<[string, FieldDeclaration, unknown, unknown]>([
    ['text', text(), '', ''],
    ['text', text(), 'a😀\u0001\ufffe', 'a😀\u0001\ufffe'],
    ['integer', integer(), -0, 0],
    ['integer', integer(), -2147483648, -2147483648],
    ['bigint', bigint(), '-9223372036854775808', '-9223372036854775808'],
    ['bigint', bigint(), '0009', '9'],
    ['bigint', bigint(), '-000', '0'],
    ['bigint', bigint({ as: 'bigint' }), 9007199254740993n, '9007199254740993'],
    ['number', number(), -0, 0],
    ['number', number(), 5e-324, 5e-324],
    ['number', number(), 'NaN', 'NaN'],
    ['number', number(), '-Infinity', '-Infinity'],
    ['decimal', decimal(), '1.10', '1.10'],
    ['decimal', decimal(), '007.50', '7.50'],
    ['decimal', decimal(), '-0.00', '0.00'],
    ['decimal', decimal(), '-0.01', '-0.01'],
    ['decimal', decimal(), 'Infinity', 'Infinity'],
    ['boolean', boolean(), false, false],
    ['timestamp', timestamp(), '2026-02-12T10:00:00Z', '2026-02-12T10:00:00+00:00'],
    ['timestamp', timestamp(), '2026-02-12T10:00:00.120000+02:00', '2026-02-12T08:00:00.12+00:00'],
    ['timestamp', timestamp(), '2026-02-12T10:00Z', '2026-02-12T10:00:00+00:00'],
    ['timestamp', timestamp(), '2026-01-01 00:30:00+0130', '2025-12-31T23:00:00+00:00'],
    ['timestamp', timestamp(), '2024-02-28T23:59:59.999999-00:01', '2024-02-29T00:00:59.999999+00:00'],
    ['timestamp', timestamp(), '0001-01-01T00:00:00+01:00', '0001-12-31T23:00:00+00:00 BC'],
    ['timestamp', timestamp(), '294276-12-31T23:59:59Z', '294276-12-31T23:59:59+00:00'],
    ['timestamp', timestamp(), 'infinity', 'infinity'],
    ['date', date(), '2024-02-29', '2024-02-29'],
    ['date', date(), '0044-03-15 BC', '0044-03-15 BC'],
    ['date', date(), '-infinity', '-infinity'],
    ['json', json(), { a: [1, -0, null, { b: 'x' }] }, { a: [1, 0, null, { b: 'x' }] }],
    ['json', json(), bare, bare],
    ['uuid', uuid(), uuidText, uuidText.toLowerCase()],
    ['bytes', bytes(), 'aGVsbG8=', 'aGVsbG8='],
    ['bytes', bytes(), '', ''],
    ['enum', oneOf('a', 'b'), 'b', 'b'],
    ['array', array(integer()), [1, -0], [1, 0]],
    ['array', array(bytes()), [], []],
    ['array that psql wrote', array(integer()), [1, null], [1, null]],
    ['array that psql wrote', array(json()), [null, { a: null }], [null, { a: null }]],
    ['reference to text', reference('thing'), 'ä/:%', 'ä/:%'],
    ['reference to bigint', reference('numbered'), '-5', '-5'],
    ['nullable', text().nullable(), null, null],
  ])('%s %#', (_, declared, value, canonical) => {
    const checked = checkValue(fieldOf(declared), value)

    expect(checked).toStrictEqual(canonical)
  })

  test('a value that is canonical already is not copied', () => {
    const value = { deep: [{ a: 1 }] }

    expect(checkValue(fieldOf(json()), value)).toBe(value)
  })
})

describe('values that cannot be stored are refused with fact, value and remedy', () => {
  test.each<[string, FieldDeclaration, unknown]>([
    ['text', text(), 'a\u0000b'],
    ['text', text(), 'a\ud800b'],
    ['text', text(), '\udc00'],
    ['text', text(), 5],
    ['text', text(), null],
    ['text', text(), undefined],
    ['text', text(), ['a']],
    ['integer', integer(), 1.5],
    ['integer', integer(), 2147483648],
    ['integer', integer(), -2147483649],
    ['integer', integer(), JSON.parse('1e400')],
    ['integer', integer(), Number.NaN],
    ['integer', integer(), '5'],
    ['integer', integer(), 5n],
    ['integer', integer(), true],
    ['bigint', bigint(), 5],
    ['bigint', bigint(), '9223372036854775808'],
    ['bigint', bigint(), '-9223372036854775809'],
    ['bigint', bigint(), '1e3'],
    ['bigint', bigint(), '5.0'],
    ['bigint', bigint(), ' 5'],
    ['bigint', bigint(), ''],
    ['bigint', bigint(), '9'.repeat(100_000)],
    ['bigint', bigint(), 2n ** 63n],
    ['number', number(), JSON.parse('1E131071')],
    ['number', number(), Number.NaN],
    ['number', number(), '5'],
    ['number', number(), 'nan'],
    ['decimal', decimal(), 5],
    ['decimal', decimal(), '1E131071'],
    ['decimal', decimal(), '1e5'],
    ['decimal', decimal(), '.5'],
    ['decimal', decimal(), '5.'],
    ['decimal', decimal(), '+5'],
    ['decimal', decimal(), '0x10'],
    ['decimal', decimal(), '1_000'],
    ['decimal', decimal(), '1'.repeat(131_073)],
    ['decimal', decimal(), `0.${'1'.repeat(16_384)}`],
    ['boolean', boolean(), 1],
    ['boolean', boolean(), 'true'],
    ['timestamp', timestamp(), '2026-02-12T10:00:00'],
    ['timestamp', timestamp(), '2026-02-12'],
    ['timestamp', timestamp(), '2026-02-30T10:00:00Z'],
    ['timestamp', timestamp(), '2026-13-01T10:00:00Z'],
    ['timestamp', timestamp(), '2026-02-12T24:00:00Z'],
    ['timestamp', timestamp(), '2026-02-12T10:60:00Z'],
    ['timestamp', timestamp(), '2026-02-12T10:00:60Z'],
    ['timestamp', timestamp(), '2026-02-12T10:00:00.1234567Z'],
    ['timestamp', timestamp(), '2026-02-12T10:00:00+16:00'],
    ['timestamp', timestamp(), '0000-01-01T00:00:00Z'],
    ['timestamp', timestamp(), '294277-01-01T00:00:00Z'],
    ['timestamp', timestamp(), '294276-12-31T23:59:59-01:00'],
    ['timestamp', timestamp(), '4715-01-01T00:00:00Z BC'],
    ['timestamp', timestamp(), 'now'],
    ['timestamp', timestamp(), 'tomorrow'],
    ['timestamp', timestamp(), 1770890400000],
    ['timestamp', timestamp(), new Date(0)],
    ['date', date(), '2026-02-29'],
    ['date', date(), '2026-2-1'],
    ['date', date(), '2026-02-12T00:00:00Z'],
    ['date', date(), '0000-01-01'],
    ['date', date(), '5874898-01-01'],
    ['json', json(), undefined],
    ['json', json(), { a: undefined }],
    ['json', json(), { a: 'x\u0000' }],
    ['json', json(), { '\ud800': 1 }],
    ['json', json(), JSON.parse('[1E131071]')],
    ['json', json(), [Number.NaN]],
    ['json', json(), 5n],
    ['json', json(), () => 1],
    ['json', json(), new Date(0)],
    ['json', json(), new Map()],
    ['json', json(), JSON.parse('{"a": {"__proto__": {"b": 1}}}')],
    ['json', json(), Array.from({ length: 1001 }, () => 1e300)],
    ['json', json(), null],
    ['uuid', uuid(), '0192f0c17b6e7c319f5d1a2b3c4d5e6f'],
    ['uuid', uuid(), '{0192f0c1-7b6e-7c31-9f5d-1a2b3c4d5e6f}'],
    ['uuid', uuid(), ''],
    ['bytes', bytes(), 'aGVsbG8'],
    ['bytes', bytes(), 'aGVsbG9='],
    ['bytes', bytes(), 'aGVs\nbG8='],
    ['bytes', bytes(), 'a-_='],
    ['bytes', bytes(), new Uint8Array(1)],
    ['enum', oneOf('a', 'b'), 'c'],
    ['enum', oneOf('a', 'b'), 'constructor'],
    ['enum', oneOf('a', 'b'), null],
    ['array', array(integer()), 5],
    ['array', array(integer()), [1, '2']],
    ['array', array(integer()), [[1]]],
    ['array', array(text()), ['a', 'b\u0000']],
    ['reference', reference('numbered'), 5],
    ['reference', reference('numbered'), '05'],
    ['reference', reference('thing'), ''],
    ['reference', reference('thing'), 'x'.repeat(256)],
  ])('%s %#', (_, declared, value) => {
    const refusal = refusalOf(declared, value)

    expect(refusal).toMatch(/^(is|has) .*\. (?:\S.*\.|.* There |.*")/s)
    expect(refusal.length).toBeLessThan(400)
    expect(refusal).not.toMatch(/\p{Cc}/u)
  })

  test('JSON deeper than 64 levels, and none of that depth overflows the stack', () => {
    const nest = (depth: number) => {
      let value: unknown = 1
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
      return value
    }

    expect(checkValue(fieldOf(json()), nest(MAX_JSON_DEPTH))).not.toBeInstanceOf(InvalidValue)
    for (const depth of [MAX_JSON_DEPTH + 1, 1000, 1_000_000]) {
      expect(refusalOf(json(), nest(depth))).toBe(
        'is nested more than 64 levels deep. Flatten it, or keep it as text.',
      )
    }
  })
})

describe('properties of the codec', () => {
  const kinds: readonly FieldDeclaration[] = [
    text(),
    integer(),
    bigint(),
    number(),
    decimal(),
    boolean(),
    timestamp(),
    date(),
    json(),
    uuid(),
    bytes(),
    oneOf('a', 'b'),
    array(decimal()),
    array(json()),
    reference('thing'),
    reference('numbered'),
  ]
  const near = fc.oneof(
    fc.jsonValue(),
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.string({ unit: 'binary' }),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((day) => day.toISOString()),
    fc.stringMatching(/^\d{1,7}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,8})?)?(Z|[+-]\d\d(:\d\d)?)?)?( BC)?$/),
    fc.stringMatching(/^-?\d{0,25}(\.\d{0,5})?$/),
    fc.base64String(),
    fc.uuid(),
  )

  test('whatever the value: no throw, and what is taken is canonical, plain JSON, and taken again unchanged', () => {
    const fields = kinds.map(fieldOf)
    fc.assert(
      fc.property(near, (value) => {
        for (const field of fields) {
          const checked = checkValue(field, value)
          if (checked instanceof InvalidValue) continue
          expect(checkValue(field, checked)).toStrictEqual(checked)
          expect(JSON.parse(JSON.stringify(checked))).toEqual(checked)
        }
      }),
      { numRuns: 4_000 },
    )
    expect(Object.keys({})).toEqual([])
  })

  test('a moment keeps its moment', () => {
    const field = fieldOf(timestamp())
    const offset = fc.integer({ min: -15 * 60, max: 15 * 60 })
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
        offset,
        (moment, minutes) => {
          const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1)
          const size = Math.abs(minutes)
          const zone = `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`

          const checked = checkValue(field, local + zone) as string

          expect(checked).toMatch(/\+00:00$/)
          expect(new Date(checked).getTime()).toBe(moment.getTime())
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('the fields of a write', () => {
  const thing = modelOf({
    name: text(),
    note: text().nullable(),
    plan: text().default('free'),
    zoom: integer().onConflict('counter'),
    tags: array(text()).onConflict('set'),
    price: decimal().onConflict('counter').nullable(),
    meta: json().nullable(),
    createdAt: timestamp().filledByDatabase(),
  })
  const faultsOf = (action: 'create' | 'update', fields: Readonly<Record<string, unknown>>) => {
    const checked = checkFields(thing, action, fields)
    return checked.ok ? [] : checked.faults
  }

  test('are returned in wire form, only those that were named', () => {
    expect(
      checkFields(thing, 'update', {
        zoom: { $inc: -0 },
        tags: { $add: ['a'], $remove: [] },
        price: { $inc: '01.5' },
      }),
    ).toEqual({
      ok: true,
      fields: { zoom: { $inc: 0 }, tags: { $add: ['a'], $remove: [] }, price: { $inc: '1.5' } },
    })
    expect(checkFields(thing, 'create', { name: 'A' })).toEqual({ ok: true, fields: { name: 'A' } })
    expect(checkFields(thing, 'update', {})).toEqual({ ok: true, fields: {} })
  })

  test('A4: everything that is wrong is named, and nothing is taken', () => {
    expect(faultsOf('create', { nme: 'A', zoom: 'x', version: 7 })).toEqual([
      {
        code: 'unknown_field',
        field: 'nme',
        message: 'Field `nme` is not part of model `thing`. Did you mean `name`?',
      },
      {
        code: 'invalid_value',
        field: 'zoom',
        message: 'Field `zoom` of model `thing` is "x". Write a whole number of 32 bits.',
      },
      {
        code: 'protected_field',
        field: 'version',
        message: 'Field `version` of model `thing` is kept by Syncline and cannot be written. Leave it out.',
      },
      {
        code: 'invalid_value',
        field: 'name',
        message:
          'Field `name` of model `thing` is missing. Write a value: the field is not nullable and has no default.',
      },
    ])
  })

  test.each(['id', 'version', 'fieldVersions', 'field_versions', 'Version'])(
    'A4: `%s` is protected',
    (name) => {
      const [fault] = faultsOf('update', { [name]: 1 })

      expect(fault?.code).toBe('protected_field')
    },
  )

  test('A4: a stamped field is readable and protected', () => {
    const stamped = modelOf(
      { name: text(), updatedAt: timestamp(), lastModifiedBy: text().nullable() },
      { updatedAt: true, lastModifiedBy: true },
    )

    expect(checkFields(stamped, 'create', { name: 'A' }).ok).toBe(true)
    for (const name of ['updatedAt', 'lastModifiedBy', 'updated_at']) {
      expect(checkFields(stamped, 'update', { [name]: '2026-02-12T10:00:00Z' })).toMatchObject({
        faults: [{ code: 'protected_field' }],
      })
    }
  })

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'NAME',
    'name ',
    'na\u0000me',
  ])('A4: `%s` is unknown', (name) => {
    const fields = JSON.parse(`{${JSON.stringify(name)}: {"polluted": true}}`)

    expect(faultsOf('update', fields)).toMatchObject([{ code: 'unknown_field' }])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('operators only where the policy allows them, and only well formed', () => {
    const message = (fields: Readonly<Record<string, unknown>>) => faultsOf('update', fields)[0]?.message

    expect(message({ name: { $inc: 1 } })).toBe(
      "Field `name` of model `thing` has the operator $inc, which its policy `overwrite` does not allow. Write a value, or declare .onConflict('counter').",
    )
    expect(message({ tags: { $inc: 1 } })).toBe(
      'Field `tags` of model `thing` is an object with other keys. Write a value, or { "$add": ["a"], "$remove": ["b"] }.',
    )
    expect(message({ zoom: { $add: [1] } })).toContain(
      'is an object with other keys. Write a value, or { "$inc": 2 }.',
    )
    expect(message({ zoom: { $inc: 1, $add: [] } })).toContain('an object with other keys')
    expect(message({ zoom: { $inc: '1' } })).toContain('has a $inc that is "1". Write a whole number')
    expect(message({ zoom: { $inc: null } })).toContain('has a $inc that is null')
    expect(message({ price: { $inc: null } })).toContain('has a $inc that is null')
    expect(message({ price: { $inc: 'NaN' } })).toContain('has a $inc that is NaN. Write a finite number.')
    expect(message({ tags: { $add: 'a' } })).toContain('has a $add that is "a". Write a list.')
    expect(message({ tags: {} })).toContain('is an empty object')
    expect(message({ name: {} })).toContain('is an object. Write a value of its kind.')
    expect(checkFields(thing, 'update', { meta: { $inc: 1 } }).ok).toBe(true)
    expect(faultsOf('create', { name: 'A', zoom: { $inc: 1 } })).toHaveLength(1)
  })
})

describe('validators of the application', () => {
  const judged = (validator: StandardSchemaV1<string, string>) =>
    modelOf({ name: text().nullable().validate(validator) })
  const standard = (
    validate: StandardSchemaV1<string, string>['~standard']['validate'],
  ): StandardSchemaV1<string, string> => ({
    '~standard': { version: 1, vendor: 'test', validate },
  })

  test('run after the built-in checks, are not asked about null, and do not change the value', () => {
    const seen: unknown[] = []
    const thing = judged(standard((value) => (seen.push(value), { value: String(value).trim() })))

    expect(checkFields(thing, 'update', { name: ' A ' })).toEqual({ ok: true, fields: { name: ' A ' } })
    expect(checkFields(thing, 'update', { name: null }).ok).toBe(true)
    expect(checkFields(thing, 'update', { name: 5 }).ok).toBe(false)
    expect(seen).toEqual([' A '])
  })

  test('refuse in their own words', () => {
    const thing = judged(v.pipe(v.string(), v.email('That is no address.')))

    expect(checkFields(thing, 'update', { name: 'x' })).toMatchObject({
      faults: [
        {
          code: 'invalid_value',
          message: 'Field `name` of model `thing` is refused by its validator: That is no address.',
        },
      ],
    })
  })

  test('of a counter judge what it is set to, not how far it is stepped', () => {
    const positive = v.pipe(v.number(), v.minValue(1, 'Too little.'))
    const thing = modelOf({ zoom: integer().default(1).onConflict('counter').validate(positive) })
    const step = (by: unknown) => checkFields(thing, 'update', { zoom: { $inc: by } })

    expect(checkFields(thing, 'update', { zoom: 0 })).toMatchObject({ ok: false })
    expect(step(-1)).toEqual({ ok: true, fields: { zoom: { $inc: -1 } } })
    expect(step('-1')).toMatchObject({ ok: false })
  })

  test('that are asynchronous or throw refuse, and nothing is left unhandled', async () => {
    const asynchronous = judged(standard(async () => Promise.reject(new Error('late'))))
    const throwing = judged(
      standard(() => {
        throw new Error('broken')
      }),
    )

    expect(checkFields(asynchronous, 'update', { name: 'x' })).toMatchObject({
      faults: [
        {
          message: expect.stringContaining('has an asynchronous validator. Use one that judges at once'),
        },
      ],
    })
    expect(checkFields(throwing, 'update', { name: 'x' })).toMatchObject({
      faults: [
        { message: expect.stringContaining('is refused by its validator, which threw: Error: broken') },
      ],
    })
    await new Promise((done) => setTimeout(done, 5))
  })
})

describe('ids have one spelling', () => {
  const byType = (id: 'text' | 'uuid' | 'integer' | 'bigint') => modelOf({}, { id })

  test.each<['text' | 'uuid' | 'integer' | 'bigint', string]>([
    ['text', 'a'],
    ['text', 'mine'],
    ['text', ' a/b:c%'],
    ['uuid', '0192f0c1-7b6e-7c31-9f5d-1a2b3c4d5e6f'],
    ['integer', '0'],
    ['integer', '-2147483648'],
    ['bigint', '9223372036854775807'],
    ['bigint', '-1'],
  ])('%s takes %s', (type, id) => {
    expect(checkId(byType(type), id)).toBe(id)
  })

  test.each<['text' | 'uuid' | 'integer' | 'bigint', unknown]>([
    ['text', ''],
    ['text', 5],
    ['text', null],
    ['text', 'a\u0000'],
    ['text', '\ud800'],
    ['text', 'x'.repeat(256)],
    ['uuid', '0192F0C1-7b6e-7c31-9f5d-1a2b3c4d5e6f'],
    ['uuid', '0192f0c17b6e7c319f5d1a2b3c4d5e6f'],
    ['integer', 5],
    ['integer', '05'],
    ['integer', '-0'],
    ['integer', '+5'],
    ['integer', '5.0'],
    ['integer', ' 5'],
    ['integer', '2147483648'],
    ['integer', '５'],
    ['bigint', '9223372036854775808'],
    ['bigint', '1e3'],
    ['bigint', '9'.repeat(100_000)],
    ['bigint', { toString: () => '5' }],
  ])('%s refuses %j', (type, id) => {
    expect(checkId(byType(type), id)).toBeInstanceOf(InvalidValue)
  })
})

describe('values on the device', () => {
  const thing = modelOf({
    big: bigint({ as: 'bigint' }),
    bigs: array(bigint({ as: 'bigint' })),
    ratio: number().onConflict('counter'),
    name: text(),
  })
  const { big, bigs, ratio, name } = thing.fields as Record<string, Model['fields'][string]>

  test('leave as the wire has them and come back', () => {
    for (const [field, value, wire] of [
      [big, 9007199254740993n, '9007199254740993'],
      [bigs, [1n, 2n], ['1', '2']],
      [ratio, Number.NEGATIVE_INFINITY, '-Infinity'],
      [ratio, Number.NaN, 'NaN'],
      [ratio, 0.5, 0.5],
      [name, '5', '5'],
      [big, null, null],
    ] as const) {
      if (field === undefined) throw new Error('no field')
      expect(toWire(field, value)).toEqual(wire)
      expect(fromWire(field, wire)).toEqual(value)
    }
  })

  test('operators and unknown names pass, prototypes are out of reach', () => {
    const fields = { ratio: { $inc: Number.POSITIVE_INFINITY }, ...JSON.parse('{"x": {"a": 1}}') }

    expect(toWireFields(thing, fields)).toEqual({ ratio: { $inc: 'Infinity' }, x: { a: 1 } })
    expect(Object.keys(toWireFields(thing, JSON.parse('{"__proto__": {"polluted": 1}}')))).toEqual([
      '__proto__',
    ])
  })
})
