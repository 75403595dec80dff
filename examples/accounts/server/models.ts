/**
 * What the accounts example synchronises: nothing but the news that something changed.
 *
 * Each model says which channels its changes mark and which props of a page they stand for. No row leaves the server
 * through Syncline here: a page that is marked asks its own route again.
 */
import { hasMany, manyToMany, model, oneOf, reference, text, timestamp } from 'syncline'
import { accountTypes, memberRoles } from './choices.ts'

export const accountsModels = {
  account: model(
    'accounts',
    {
      name: text(),
      accountType: oneOf(...accountTypes).default('team'),
      createdAt: timestamp().filledByDatabase(),
    },
    {
      id: 'bigint',
      ids: 'obfuscated',
      broadcastsTo: ['all'],
      refreshes: { single: 'account', collection: 'accounts' },
    },
  ),
  accountUser: model(
    'account_users',
    {
      accountId: reference('account'),
      userId: reference('person'),
      role: oneOf(...memberRoles).default('member'),
    },
    // On its account's page, and on the list of all accounts, which counts members and names owners.
    { id: 'bigint', ids: 'obfuscated', broadcastsTo: ['account', 'all'], refreshes: { single: 'account' } },
  ),
} as const

export const accountsRelations = {
  account: { accountUsers: hasMany('accountUser') },
  person: { accounts: manyToMany('account', { through: 'accountUser' }) },
} as const
