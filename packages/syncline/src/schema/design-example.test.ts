import { expect, expectTypeOf, test } from 'vitest'
import {
  array,
  bigint,
  type Changes,
  defineSchema,
  hasMany,
  integer,
  manyToMany,
  model,
  type NewRow,
  oneOf,
  type Relations,
  reference,
  type Row,
  room,
  type SetChange,
  text,
  timestamp,
} from './index.ts'

// The declaration of the design, letter by letter.
export const schema = defineSchema({
  version: 3,
  models: {
    account: model(
      'accounts',
      { name: text(), plan: text().default('free') },
      { ids: 'obfuscated', broadcastsTo: ['all'], refreshes: { single: 'account', collection: 'accounts' } },
    ),
    user: model('users', { name: text(), email: text() }),
    accountUser: model(
      'account_users',
      { accountId: reference('account'), userId: reference('user'), role: oneOf('owner', 'member') },
      { broadcastsTo: ['account'] },
    ),
    production: model('productions', {
      name: text(),
      startsAt: timestamp(),
      accountId: reference('account'),
    }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      note: text().nullable().onConflict('ask'),
      zoom: integer().onConflict('counter'),
    }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
  },
  relations: {
    account: { users: manyToMany('user', { through: 'accountUser' }), productions: hasMany('production') },
  },
  rooms: { production: room({ camera: 'productionId', photo: 'camera.productionId' }) },
})

test('the declaration of the design compiles', () => {
  expect(schema.version).toBe(3)
  expect(schema.roots).toEqual(['production'])
  expect(schema.models.photo?.rooms).toEqual([
    { root: 'production', path: ['cameraId', 'productionId'], column: 'sync_room' },
  ])
  expect(schema.models.camera?.rooms).toEqual([
    { root: 'production', path: ['productionId'], column: 'production_id' },
  ])
  expect(schema.byChannel.AccountUser).toBe(schema.models.accountUser)
  expect(schema.byPath['account-users']).toBe(schema.models.accountUser)
  expect(schema.models.account?.idType).toBe('bigint')
  expect(schema.relations.photo?.camera).toEqual({
    name: 'camera',
    from: 'photo',
    to: 'camera',
    kind: 'one',
    field: 'cameraId',
  })
  expect(schema.relations.account?.users).toEqual({
    name: 'users',
    from: 'account',
    to: 'user',
    kind: 'manyToMany',
    field: 'accountId',
    through: 'accountUser',
    targetField: 'userId',
  })
  expect(schema.hash).toMatch(/^[0-9a-f]{16}$/)
})

test('row types follow the declaration', () => {
  type Camera = Row<typeof schema, 'camera'>
  expectTypeOf<Camera>().toEqualTypeOf<{
    readonly id: string
    readonly productionId: string
    readonly name: string
    readonly note: string | null
    readonly zoom: number
  }>()
  expectTypeOf<NewRow<typeof schema, 'camera'>>().toEqualTypeOf<{
    readonly id?: string
    readonly productionId: string
    readonly name: string
    readonly note?: string | null
    readonly zoom?: number
  }>()
  expectTypeOf<Changes<typeof schema, 'camera'>['zoom']>().toEqualTypeOf<
    number | { readonly $inc: number } | undefined
  >()
  expectTypeOf<Row<typeof schema, 'accountUser'>['role']>().toEqualTypeOf<'owner' | 'member'>()
  expectTypeOf<NewRow<typeof schema, 'account'>>().toEqualTypeOf<{
    readonly id?: string
    readonly name: string
    readonly plan?: string
  }>()
  expectTypeOf<Relations<typeof schema, 'photo'>>().toEqualTypeOf<{
    readonly camera: { readonly kind: 'one'; readonly to: 'camera' }
  }>()
  expectTypeOf<Relations<typeof schema, 'account'>['users']>().toEqualTypeOf<{
    readonly kind: 'many'
    readonly to: 'user'
  }>()

  const other = defineSchema({
    models: {
      tag: model('tags', {
        big: bigint({ as: 'bigint' }),
        small: bigint(),
        labels: array(text()).onConflict('set'),
      }),
    },
  })
  expectTypeOf<Row<typeof other, 'tag'>>().toEqualTypeOf<{
    readonly id: string
    readonly big: bigint
    readonly small: string
    readonly labels: readonly string[]
  }>()
  expectTypeOf<Changes<typeof other, 'tag'>['labels']>().toEqualTypeOf<
    readonly string[] | SetChange<readonly string[]> | undefined
  >()
})
