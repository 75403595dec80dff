import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import { defineSchema, model, reference, text } from '../../schema/index.ts'
import { deriveMarks } from './derive-marks.ts'

const schema = defineSchema({
  models: {
    account: model(
      'accounts',
      { name: text(), plan: text() },
      { broadcastsTo: ['all'], refreshes: { single: { prop: 'billing', when: ['plan'] } } },
    ),
    accountUser: model(
      'crm.account_users',
      { accountId: reference('account') },
      { broadcastsTo: ['account'], broadcastsOnChangeOf: [] },
    ),
    ledScreen: model('led_screens', { name: text() }),
    invoice: model(
      'invoices',
      { accountId: reference('account'), total: text(), memo: text() },
      {
        broadcastsTo: ['account', 'all'],
        refreshes: {
          parent: { prop: 'balance', when: ['total'] },
          collection: { prop: 'bookkeeping', when: ['memo'] },
        },
      },
    ),
    avatar: model(
      'avatars',
      { accountId: reference('account') },
      { broadcastsTo: ['account'], refreshes: { parent: 'account_card' } },
    ),
  },
})

const row = (part: Partial<LogRow>): LogRow => ({
  xid: '1',
  at: '2026-01-02T03:04:05.000000Z',
  room: null,
  model: 'account',
  id: '7',
  action: 'update',
  fields: '{"name":"A"}',
  version: 1,
  fieldVersions: null,
  actor: null,
  source: 'app',
  device: null,
  op: null,
  marks: null,
  ...part,
})

/** As `key action props record`. */
const marked = (...rows: LogRow[]) =>
  [...deriveMarks(schema, rows).channels].map(
    ([key, { action, props, record }]) => `${key.replace('\0', '')} ${action} ${props.join()} ${record}`,
  )

test('by convention a record marks the name of its model and a collection that of its table, in snake case', () => {
  expect(marked(row({ model: 'ledScreen' }))).toEqual(['LedScreen:7 refresh led_screen update'])
  expect(
    marked(row({ model: 'accountUser', action: 'create', marks: '["Account:7","Account:7/account_users"]' })),
  ).toEqual([
    'AccountUser:7 refresh account_user create',
    'Account:7 refresh account update',
    'Account:7/account_users refresh account_users create',
  ])
})

test('a prop with a condition is named when one of its fields changed, and when all of them may have', () => {
  const props = [
    row({ fields: '{"name":"A"}' }),
    row({ fields: '{"name":"A","plan":"b"}' }),
    row({ action: 'create', fields: '{"name":"A","plan":"b"}' }),
    row({ action: 'delete', fields: null }),
    row({ action: 'leave', fields: null }),
  ].map((change) => deriveMarks(schema, [change]).channels.get('Account:7')?.props)

  expect(props).toEqual([[], ['billing'], ['billing'], ['billing'], ['billing']])
})

test('the prop of a parent is the declared one', () => {
  expect(marked(row({ model: 'avatar', marks: '["Account:9","Account:9/avatars"]' }))).toEqual([
    'Avatar:7 refresh avatar update',
    'Account:9 refresh account_card update',
    'Account:9/avatars refresh avatars update',
  ])
})

test('props of parents and collections with a condition are named when their own field changed', () => {
  const ofInvoice = (fields: string) =>
    marked(row({ model: 'invoice', fields, marks: '["Account:9","Account:9/invoices"]' })).slice(1)

  expect(ofInvoice('{"total":"5"}')).toEqual([
    'Invoice:all refresh  update',
    'Account:9 refresh balance update',
    'Account:9/invoices refresh  update',
  ])
  expect(ofInvoice('{"memo":"Paid"}')).toEqual([
    'Invoice:all refresh bookkeeping update',
    'Account:9 refresh  update',
    'Account:9/invoices refresh bookkeeping update',
  ])
})

test('within a batch remove beats refresh, each prop is named once, and the last action speaks of the record', () => {
  expect(
    marked(
      row({ fields: '{"plan":"b"}' }),
      row({ action: 'delete', fields: null }),
      row({ id: '8', action: 'create', fields: '{}' }),
    ),
  ).toEqual([
    'Account:7 remove billing destroy',
    'Account:all remove accounts create',
    'Account:8 refresh billing create',
  ])
})

test('a record that is deleted with what belongs to it is destroyed, in whichever order they went', () => {
  const account = row({ action: 'delete', fields: null })
  const member = row({ model: 'accountUser', action: 'delete', fields: null, marks: '["Account:7"]' })

  for (const rows of [
    [account, member],
    [member, account],
  ])
    expect(marked(...rows)).toContainEqual(expect.stringMatching(/^Account:7 remove .* destroy$/))
  expect(marked(row({ action: 'create' }), member)).toContainEqual(
    expect.stringMatching(/^Account:7 .* create$/),
  )
})

test('a row that carries nothing but marks is about no record, and an unknown table about nothing', () => {
  expect(
    marked(
      row({ model: '@crm.account_users', action: 'delete', fields: null, marks: '["Account:9"]' }),
      row({ model: '@sessions' }),
      row({ model: '__proto__' }),
    ),
  ).toEqual(['Account:9 refresh account update'])
})

test('an emptied table says that any record of its model may have changed, and of what it marks', () => {
  const { channels, wholeModels } = deriveMarks(schema, [row({ model: 'accountUser', action: 'truncate' })])

  expect([channels.size, [...wholeModels]]).toEqual([0, ['accountUser', 'account']])
})
