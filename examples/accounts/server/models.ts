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
    {
      id: 'bigint',
      ids: 'obfuscated',
      // Its account's page; its user's list; the list of all accounts, which counts members and names owners.
      broadcastsTo: ['account', 'user', 'all'],
      refreshes: { single: 'account', collection: 'accounts' },
    },
  ),
} as const

/** People are the stage example's; pages of accounts name owners and members. */
export const personOptions = { broadcastsTo: ['all', 'accounts'] } as const

export const accountsRelations = {
  account: { accountUsers: hasMany('accountUser') },
  person: { accounts: manyToMany('account', { through: 'accountUser' }) },
} as const
