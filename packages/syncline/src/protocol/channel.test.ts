import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Channel, formatChannel, parseChannel, roomChannel } from './channel.ts'

describe('channel names', () => {
  test.each<[string, Channel]>([
    ['Production:42', { form: 'room', model: 'Production', id: '42' }],
    ['Production:a%20b%2Fc%3Ad', { form: 'room', model: 'Production', id: 'a b/c:d' }],
    ['Production:mine', { form: 'mine', model: 'Production' }],
    ['Lens:all', { form: 'all', model: 'Lens' }],
    ['Production:%6Dine', { form: 'room', model: 'Production', id: 'mine' }],
    ['Production:%61ll', { form: 'room', model: 'Production', id: 'all' }],
    [
      'Account:7/account_users',
      { form: 'collection', model: 'Account', id: '7', collection: 'account_users' },
    ],
    ['Account:%61ll/users', { form: 'collection', model: 'Account', id: 'all', collection: 'users' }],
  ])('%s', (name, channel) => {
    expect(parseChannel(name)).toEqual(channel)
    expect(formatChannel(channel)).toBe(name)
  })

  test.each([
    '',
    ':',
    ':42',
    'Production',
    'Production:',
    'production:42',
    'Prod uction:42',
    '__proto__:1',
    'Production:a b',
    'Production:%',
    'Production:%zz',
    'Production:%ff',
    'Production:%41',
    'Production:%2f',
    'Production:a:b',
    'Production:a%20b/',
    'Production:/users',
    'Production:42/users/7',
    'Production:42/us ers',
    'Production:%6dine',
    'Production:mine/users',
    'Production:\ud800',
  ])('%j is none', (name) => {
    expect(parseChannel(name)).toBeNull()
  })

  test('every id survives its name, and has one name only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        const name = roomChannel('Production', id)

        expect(parseChannel(name)).toEqual({ form: 'room', model: 'Production', id })
        expect(formatChannel({ form: 'room', model: 'Production', id })).toBe(name)
      }),
    )
  })

  test('whatever is read is written the same', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z][a-z]{0,3}:[a-z0-9%/:A-F]{1,8}$/), (name) => {
        const channel = parseChannel(name)

        if (channel !== null) expect(formatChannel(channel)).toBe(name)
      }),
      { numRuns: 2_000 },
    )
  })
})
