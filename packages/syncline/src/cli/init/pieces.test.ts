import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { comment, text } from './code-text.ts'
import { codeName, modelName, pluralName } from './code-name.ts'
import { defaultOf } from './default-value.ts'
import { inListOf } from './in-list.ts'

describe('names', () => {
  test.each([
    ['customers', 'customer', 'customers'],
    ['film_categories', 'filmCategory', 'filmCategories'],
    ['addresses', 'address', 'addresses'],
    ['order_statuses', 'orderStatus', 'orderStatuses'],
    ['boxes', 'box', 'boxes'],
    ['branches', 'branch', 'branches'],
    ['heroes', 'hero', 'heros'],
    ['movies', 'movie', 'movies'],
    ['houses', 'house', 'houses'],
    ['shelves', 'shelf', 'shelfs'],
    ['people', 'person', 'people'],
    ['staff', 'staff', 'staff'],
    ['series', 'series', 'series'],
    ['news', 'news', 'news'],
    ['analysis', 'analysis', 'analyses'],
    ['campus', 'campus', 'campuses'],
    ['MediaType', 'mediaType', 'mediaTypes'],
    ['INVOICE_LINES', 'invoiceLine', 'invoiceLines'],
    ['ties', 'tie', 'ties'],
  ])('one of `%s` is a %s, and several are %s', (table, one, several) => {
    expect(modelName(table)).toBe(one)
    expect(pluralName(one)).toBe(several)
  })

  test.each([
    ['CustomerID', 'customerId'],
    ['URLName', 'urlName'],
    ['Weird  Name!', 'weirdName'],
    ['2fa', 'n2fa'],
    ['日本', 'unnamed'],
  ])('column `%s` is `%s` in code', (column, name) => {
    expect(codeName(column)).toBe(name)
  })
})

describe('a check', () => {
  test.each([
    ["CHECK ((state = ANY (ARRAY['open'::text, 'done'::text])))", ['open', 'done']],
    [
      "CHECK (((role)::text = ANY ((ARRAY['owner'::character varying, 'member'::character varying])::text[])))",
      ['owner', 'member'],
    ],
    [
      "CHECK (((role)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text])))",
      ['a', "it's"],
    ],
    ["CHECK ((state = 'only'::text))", ['only']],
    ["CHECK (((level = 'low'::text) OR (level = 'high'::text)))", ['low', 'high']],
    [`CHECK (("Weird Name" = ANY (ARRAY['x , y'::text, '(z)'::text])))`, ['x , y', '(z)']],
    ["CHECK ((VALUE = ANY (ARRAY['S'::text, 'M'::text])))", ['S', 'M']],
  ])('%s allows a list', (definition, values) => {
    expect(inListOf(definition)).toEqual(values)
  })

  test.each([
    'CHECK ((length(free) < 9))',
    "CHECK ((state <> 'x'::text))",
    "CHECK ((state <> ALL (ARRAY['a'::text, 'b'::text])))",
    "CHECK (((state = 'a'::text) AND (other = 'b'::text)))",
    "CHECK (((state = 'a'::text) OR (other = 'b'::text)))",
    "CHECK ((lower(state) = ANY (ARRAY['a'::text, 'b'::text])))",
    "CHECK (((state = ANY (ARRAY['a'::text])) OR (size > 3)))",
    'CHECK ((size = ANY (ARRAY[1, 2])))',
    "CHECK ((state ~~ 'a%'::text))",
  ])('%s does not', (definition) => {
    expect(inListOf(definition)).toBeUndefined()
  })
})

describe('a default', () => {
  const value = (plain: unknown) => ({ kind: 'value', value: plain })
  const database = { kind: 'database' }

  test.each([
    ["'open'::text", 'text', value('open')],
    ["'it''s'::character varying", 'text', value("it's")],
    ["('x'::text)::character varying(20)", 'text', value('x')],
    ["E'a\\\\b'::text", 'text', database],
    ["upper('x'::text)", 'text', database],
    ["('a'::text || 'b'::text)", 'text', database],
    ['CURRENT_USER', 'text', database],
    ['NULL::character varying', 'text', { kind: 'none' }],
    ["'-1'::integer", 'integer', value(-1)],
    ['3', 'integer', value(3)],
    ['(3 + 4)', 'integer', database],
    ["nextval('a_id_seq'::regclass)", 'integer', database],
    ['99999999999', 'integer', database],
    ["'9007199254740993'::bigint", 'bigint', value('9007199254740993')],
    ['4.99', 'decimal', value('4.99')],
    ['(0)::numeric(10,2)', 'decimal', value('0')],
    ["'NaN'::numeric", 'decimal', database],
    ["'0.5'::double precision", 'number', value(0.5)],
    ['true', 'boolean', value(true)],
    [`'{"a": [1]}'::jsonb`, 'json', value({ a: [1] })],
    ["'null'::jsonb", 'json', database],
    ['now()', 'timestamp', database],
    ["'2026-01-01'::date", 'date', database],
  ] as const)('%s of %s is read', (expression, kind, plan) => {
    expect(defaultOf(expression, kind, false)).toEqual(plan)
  })

  test('of an array is a value only when it is empty', () => {
    expect(defaultOf("'{}'::text[]", 'text', true)).toEqual(value([]))
    expect(defaultOf('ARRAY[]::text[]', 'text', true)).toEqual(value([]))
    expect(defaultOf("'{a,b}'::text[]", 'text', true)).toEqual(database)
  })

  test('that is no value of the enum stays in the database', () => {
    expect(defaultOf("'G'::mpaa_rating", 'enum', false, ['G', 'PG'])).toEqual(value('G'))
    expect(defaultOf("'X'::mpaa_rating", 'enum', false, ['G', 'PG'])).toEqual(database)
  })
})

describe('code', () => {
  test('no name of a database ends a literal or a comment early', () => {
    const hostile = 'a\'b\\c"d\n\u2028*/ ${process.exit()}'

    // The literal is JavaScript: evaluating it is the proof.
    expect(runInNewContext(text(hostile))).toBe(hostile)
    expect(comment([hostile], ' *').join('\n')).not.toMatch(/\*\//)
    expect(comment([hostile], '//')).toHaveLength(1)
  })

  test('long sentences are broken between words', () => {
    const lines = comment([`- one: ${'word '.repeat(60).trim()}`], ' *', 60)

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(lines[1]).toMatch(/^ \* {3}word/)
  })
})
