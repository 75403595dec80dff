import { expect, test } from 'vitest'
import { defineSchema, model, reference, text } from '../schema/index.ts'
import { modelsOfProps } from './models-of-props.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text() }, { refreshes: { single: 'billing' } }),
    accountUser: model(
      'account_users',
      { accountId: reference('account') },
      { broadcastsTo: ['account'], refreshes: { parent: 'selected_account' } },
    ),
  },
})

test.each([
  [['billing'], ['account']],
  [
    ['accounts', 'account_users.role', 'billing.plan'],
    ['account', 'accountUser'],
  ],
  [['selected_account'], ['account']],
  [['account', 'weather', '__proto__', ''], []],
])('a prop is of the model whose changes mark it: %j are of %j', (props, models) => {
  expect([...modelsOfProps(schema, props)]).toEqual(models)
})
