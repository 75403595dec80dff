import { expect, test } from 'vitest'
import { defineSchema, hasMany, manyToMany, model, reference, text } from '../../schema/index.ts'
import { plannedBroadcasts } from './broadcasts.ts'

test('associations of every kind are planned as the triggers mark them', () => {
  const schema = defineSchema({
    models: {
      account: model('accounts', { name: text() }, { broadcastsTo: ['members'] }),
      member: model('account_users', { accountId: reference('account'), personId: reference('person') }),
      person: model('users', { name: text() }, { broadcastsTo: ['accounts'] }),
      badge: model('badges', { personId: reference('person') }, { broadcastsOnChangeOf: ['person'] }),
    },
    relations: {
      account: { members: hasMany('member') },
      person: { accounts: manyToMany('account', { through: 'member' }) },
    },
  })
  const channelsOf = (name: string) =>
    plannedBroadcasts(schema, name)
      .filter(({ on }) => on === 'any change')
      .map(({ channel, prop }) => [channel, prop])

  expect(channelsOf('account')).toEqual([['Member:{id}', 'member']])
  expect(channelsOf('person')).toEqual([
    ['Account:{id}', 'account'],
    ['Account:{id}/users', 'users'],
  ])
  expect(channelsOf('badge')).toEqual([['Person:{id}/badges', 'badges']])
})
