import { expect, test } from 'vitest'
import type { CompiledSchema, Model } from '../schema/model.ts'
import { findTarget } from './channel-target.ts'
import { Ids } from './ids/ids.ts'

const model = (name: string, channel: string, part: Partial<Model> = {}) =>
  ({ name, channel, table: `${name}s`, idType: 'text', isRoot: false, shared: false, ...part }) as Model

const account = model('account', 'Account', { idType: 'uuid' })
const accountUser = model('accountUser', 'AccountUser', { table: 'account_users' })
const production = model('production', 'Production', { isRoot: true })
const lens = model('lens', 'Lens', { shared: true })
const relation = {
  name: 'members',
  from: 'account',
  to: 'accountUser',
  kind: 'many',
  field: 'accountId',
} as const
const schema = {
  byChannel: Object.assign(Object.create(null), {
    Account: account,
    AccountUser: accountUser,
    Production: production,
    Lens: lens,
  }),
  models: Object.assign(Object.create(null), { account, accountUser, production, lens }),
  relations: { account: { members: relation } },
} as unknown as CompiledSchema

const ids = new Ids(schema, 'a secret of this test')

const uuid = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'

test('the forms of a channel are told apart', () => {
  expect(findTarget(schema, ids, 'Production:a%20b')).toEqual({ kind: 'room', model: production, id: 'a b' })
  expect(findTarget(schema, ids, 'Production:a%3Ab%2Fc')).toEqual({
    kind: 'room',
    model: production,
    id: 'a:b/c',
  })
  expect(findTarget(schema, ids, 'Production:%6Dine')).toEqual({
    kind: 'room',
    model: production,
    id: 'mine',
  })
  expect(findTarget(schema, ids, 'Production:mine')).toEqual({ kind: 'mine', model: production })
  expect(findTarget(schema, ids, 'Lens:all')).toEqual({ kind: 'all', model: lens })
  expect(findTarget(schema, ids, `Account:${uuid}/account_users`)).toEqual({
    kind: 'collection',
    model: account,
    id: uuid,
    relation,
  })
  expect(findTarget(schema, ids, `Account:${uuid}/members`)).toEqual({
    kind: 'collection',
    model: account,
    id: uuid,
    relation,
  })
  expect(findTarget(schema, ids, 'User:ana')).toEqual({ kind: 'user', id: 'ana' })
})

test('whatever is no channel of this schema is null', () => {
  const names = [
    '',
    ':',
    'Production',
    'Production:',
    ':1',
    'production:1',
    'Nothing:1',
    'Production:%',
    'Production:%zz',
    'Production:a b',
    'Production:%41',
    'Production:%6dine',
    'Production:all',
    'Lens:mine',
    'Lens:1',
    `Account:${uuid}`,
    'Account:1/account_users',
    `Account:${uuid.toUpperCase()}/account_users`,
    `Account:${uuid}/nothing`,
    `Account:${uuid}/account_users/1`,
    'Production:%00',
    '__proto__:1',
    'constructor:1',
    `Production:${'a'.repeat(1_100)}`,
    'User:',
    'User:%00',
  ]

  expect(names.filter((name) => findTarget(schema, ids, name) !== null)).toEqual([])
})
