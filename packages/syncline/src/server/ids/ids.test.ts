import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineSchema, model, text } from '../../schema/index.ts'
import { Ids } from './ids.ts'

const schema = defineSchema({
  models: {
    account: model('accounts', { name: text() }, { ids: 'obfuscated' }),
    user: model('users', { name: text() }, { ids: 'obfuscated', id: 'integer' }),
    note: model('notes', { name: text() }, { id: 'bigint' }),
  },
})
const ids = new Ids(schema, 'a secret of this test')
const account = ids.of('account')

test('every id has one spelling, which leads back to it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (id) => {
      const shown = account.encode(id)

      expect(shown).toMatch(/^[A-Za-z0-9]{6,}$/)
      expect(account.decode(shown)).toBe(String(id))
    }),
  )
})

test('neighbours look unlike each other, and the ids of another model or another secret are others', () => {
  const shown = Array.from({ length: 100 }, (_, id) => account.encode(id))

  expect(new Set(shown).size).toBe(100)
  expect(
    shown.filter((text, id) => id > 0 && text.slice(0, 3) === shown[id - 1]?.slice(0, 3)).length,
  ).toBeLessThan(10)
  expect(ids.of('user').encode(7)).not.toBe(account.encode(7))
  expect(new Ids(schema, 'another secret').of('account').encode(7)).not.toBe(account.encode(7))
})

test('a text in another spelling shows no id, and neither does anything else', () => {
  const shown = account.encode(7)
  const others = [
    '',
    '7',
    'all',
    '__proto__',
    `${shown}x`,
    shown.slice(1),
    shown.toUpperCase(),
    '%00',
    'ä',
    ids.of('user').encode(7),
  ]

  expect(others.map((other) => account.decode(other))).toEqual(others.map(() => null))
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      const id = account.decode(text)

      if (id !== null) expect(account.encode(id)).toBe(text)
    }),
  )
})

test('an id that the column cannot hold is none', () => {
  const tooLarge = account.encode(2n ** 40n)
  const user = new Ids(schema, 'a secret of this test', {
    schemes: { user: { encode: (id) => `u${id}`, decode: (shown) => shown.slice(1) } },
  }).of('user')

  expect(account.decode(tooLarge)).toBe(String(2n ** 40n))
  expect(user.decode(`u${2 ** 40}`)).toBeNull()
})

test("a scheme of the application's own is used as it is, and what it throws for shows no id", () => {
  const schemes = {
    account: {
      encode: (id: string) => `acc-${id}`,
      decode(shown: string) {
        if (!shown.startsWith('acc-')) throw new Error('not mine')
        return shown.slice('acc-'.length)
      },
    },
  }
  const own = new Ids(schema, 'a secret of this test', { schemes }).of('account')

  expect([
    own.encode(7),
    own.decode('acc-7'),
    own.decode('7'),
    own.decode('acc-07'),
    own.decode('acc-x'),
  ]).toEqual(['acc-7', '7', null, null, null])
})

test('plain ids are shown as they are', () => {
  expect([ids.of('note').encode(7), ids.of('note').decode('7'), ids.of('note').decode('07')]).toEqual([
    '7',
    '7',
    null,
  ])
})

test('what cannot be meant is named', () => {
  expect(() => ids.of('acount')).toThrow('`acount` is not a model of the schema. Did you mean `account`?')
  expect(() => account.encode(-1)).toThrow('Id -1 of `account` is negative')
  expect(
    () => new Ids(schema, 's', { schemes: { note: { encode: (id) => id, decode: (id) => id } } }),
  ).toThrow('ids of `note` are plain')
})
