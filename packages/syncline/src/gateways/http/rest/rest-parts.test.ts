import { expect, test } from 'vitest'
import { hasMany, manyToMany, model, room } from '../../../schema/declaration.ts'
import { defineSchema } from '../../../schema/define-schema.ts'
import { boolean, integer, json, reference, text } from '../../../schema/field-declaration.ts'
import type { Model } from '../../../schema/model.ts'
import { Ids } from '../../../server/ids/ids.ts'
import { listQueryOf } from './list-query.ts'
import { expectedVersions, idempotencyKey, isFresh } from './preconditions.ts'
import { recordBodyOf, withParent } from './record-body.ts'
import { targetOf } from './target.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text() }),
    user: model('users', { name: text() }),
    accountUser: model('account_users', { accountId: reference('account'), userId: reference('user') }),
    production: model('productions', { name: text(), accountId: reference('account') }),
    camera: model('cameras', {
      productionId: reference('production'),
      zoom: integer().nullable(),
      isLive: boolean(),
      extra: json().nullable(),
    }),
    photo: model('photos', { cameraId: reference('camera') }),
  },
  relations: {
    account: { users: manyToMany('user', { through: 'accountUser' }), productions: hasMany('production') },
  },
  rooms: { production: room({ camera: 'productionId', photo: 'camera.productionId' }) },
})
const ids = new Ids(schema, 'a secret of this test')
const camera = schema.models['camera'] as Model

test('a path names a collection, a record, or either inside a parent', () => {
  const shown = (path: string) => {
    const target = targetOf(schema, ids, path.split('/'))
    return target && [target.model.name, target.id, target.parent?.id, target.parent?.belonging.by]
  }

  expect(shown('account-users')).toEqual(['accountUser', undefined, undefined, undefined])
  expect(shown('cameras/c1')).toEqual(['camera', 'c1', undefined, undefined])
  expect(shown('productions/p1/cameras')).toEqual(['camera', undefined, 'p1', 'reference'])
  expect(shown('productions/p1/photos/f1')).toEqual(['photo', 'f1', 'p1', 'column'])
  expect(shown('cameras/c1/photos')).toEqual(['photo', undefined, 'c1', 'reference'])
  expect(shown('accounts/a1/users')).toEqual(['user', undefined, 'a1', 'link'])
  expect(shown('accounts/a1/productions')).toEqual(['production', undefined, 'a1', 'reference'])
})

test('A3: a name or an id that is none of the schema leads nowhere', () => {
  const paths = [
    'account_users',
    'accountUser',
    '__proto__',
    'constructor',
    'cameras/a\0b',
    `cameras/${'x'.repeat(300)}`,
    'accounts/a1/photos',
    'productions/p1/__proto__',
    'productions/p\0/cameras',
    'toString/1/cameras',
  ]

  for (const path of paths) expect(targetOf(schema, ids, path.split('/')), path).toBeNull()
})

test('a list is filtered by fields and read in pages', () => {
  const query = listQueryOf(
    { schema, ids },
    camera,
    new URLSearchParams('productionId=p1&zoom=&isLive=true&limit=10&after=c9'),
  )

  expect(query.equal.map(([field, value]) => [field.name, value])).toEqual([
    ['productionId', 'p1'],
    ['zoom', null],
    ['isLive', true],
  ])
  expect([query.limit, query.after]).toEqual([10, 'c9'])
  expect(listQueryOf({ schema, ids }, camera, new URLSearchParams()).limit).toBe(1_000)
})

test('a parameter that means nothing is refused by name', () => {
  const refused: [string, string, string][] = [
    ['zom=1', 'unknown_field', 'Did you mean `zoom`?'],
    ['__proto__=1', 'unknown_field', '`__proto__`'],
    ['zoom=wide', 'invalid_value', 'kind integer'],
    ['zoom=1e3', 'invalid_value', '1e3'],
    ['isLive=yes', 'invalid_value', 'boolean'],
    ['extra=1', 'invalid_value', 'cannot be a filter'],
    ['limit=0', 'invalid_value', '`limit`'],
    ['limit=1001', 'invalid_value', '`limit`'],
    ['after=', 'invalid_value', '`after`'],
    ['productionId=a%00b', 'invalid_value', 'productionId'],
    ['zoom=1&zoom=2', 'invalid_message', 'names `zoom` twice'],
    ['limit=2&after=c1&limit=2', 'invalid_message', 'names `limit` twice'],
  ]
  for (const [query, code, said] of refused) {
    expect(() => listQueryOf({ schema, ids }, camera, new URLSearchParams(query)), query).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(said) }),
    )
  }
})

test('A4: a body is one object whose keys are certain', () => {
  expect(recordBodyOf('{"id":"c1","name":"A"}')).toEqual({ id: 'c1', fields: { name: 'A' } })
  for (const text of [
    '',
    '[]',
    '"a"',
    'null',
    '1',
    '{',
    '{"a":1,"a":2}',
    '{"__proto__":{"name":"x"}}',
    '{"id":7}',
    '{"id":null}',
    '{"id":""}',
  ]) {
    expect(() => recordBodyOf(text), text).toThrow(expect.objectContaining({ name: 'SynclineError' }))
  }
  expect(({} as { name?: string }).name).toBeUndefined()
})

test('a nested create belongs to the parent of its path, and says nothing else', () => {
  const parent = targetOf(schema, ids, ['productions', 'p1', 'cameras'])?.parent

  expect(withParent({ zoom: 1 }, parent)).toEqual({ zoom: 1, productionId: 'p1' })
  expect(withParent({ productionId: 'p1' }, parent)).toEqual({ productionId: 'p1' })
  expect(() => withParent({ productionId: 'p2' }, parent)).toThrow('names another record')
})

test('a collection of links takes no new record, for nothing would link it', () => {
  const parent = targetOf(schema, ids, ['accounts', 'a1', 'users'])?.parent

  expect(() => withParent({ name: 'Ana' }, parent)).toThrow('then a `accountUser` that names both')
})

test('preconditions are read as HTTP clients write them', () => {
  const headers = (entries: Record<string, string>) => new Headers(entries)

  const versionsOf = (text: string) => expectedVersions(headers({ 'if-match': text }))
  expect(['"5"', '5', 'W/"5"', '"1", W/"3",,5'].map(versionsOf)).toEqual([[5], [5], [5], [1, 3, 5]])
  expect(versionsOf('*')).toBeUndefined()
  for (const none of ['"abc"', '"1", "abc"', '', ','])
    expect(() => versionsOf(none), none).toThrow('If-Match')
  expect(isFresh(headers({ 'if-none-match': '"4", W/"5"' }), 5)).toBe(true)
  expect(isFresh(headers({}), 5)).toBe(false)
  expect(idempotencyKey(headers({ 'idempotency-key': 'k' }), 'POST', '/api/a')).toBe('POST /api/a k')
  expect(() => idempotencyKey(headers({ 'idempotency-key': 'k'.repeat(201) }), 'POST', '/')).toThrow('longer')
})
