import { expect, test } from 'vitest'
import { parseChannel } from '../protocol/channel.ts'
import { buildIdentifier, isIdentifier } from './identifier.ts'

test('an identifier is built of what is known, and null when something is missing', () => {
  expect(buildIdentifier('Account', 'PNvAYr')).toBe('Account:PNvAYr')
  expect(buildIdentifier('Account', 7, 'account_users')).toBe('Account:7/account_users')
  expect(buildIdentifier('Account', 0)).toBe('Account:0')
  expect([null, undefined, ''].map((id) => buildIdentifier('Account', id))).toEqual([null, null, null])
  expect([null, undefined, ''].map((model) => buildIdentifier(model, 1))).toEqual([null, null, null])
})

test('an id with letters that mean something is the channel that the server knows', () => {
  expect(parseChannel(buildIdentifier('Account', 'a/b:c%') ?? '')).toEqual({
    form: 'room',
    model: 'Account',
    id: 'a/b:c%',
  })
})

test('only an id that is exactly null or undefined is skipped', () => {
  const skipped = ['null', 'undefined', '', 'Account:', 'Account:null', 'Account:undefined/users', 'A:/x']
  const kept = ['Account:nullable', 'Account:a-null', 'Account:undefined7', 'Nullable:1', 'Account:all']

  expect(skipped.filter(isIdentifier)).toEqual([])
  expect(kept.filter(isIdentifier)).toEqual(kept)
})
