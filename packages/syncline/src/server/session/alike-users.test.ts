import { expect, test } from 'vitest'
import { areAlike } from './alike-users.ts'

test('users are alike who say the same in plain values', () => {
  const ana = { id: 'ana', name: 'Ana', isAdmin: true, age: null }

  expect(areAlike(ana, { ...ana })).toBe(true)
  expect(areAlike({ id: 'ana' }, { id: 'ana' })).toBe(true)
})

test('A1: users are not alike who differ in anything, or in what cannot be compared', () => {
  const ana = { id: 'ana', role: 'admin' }
  const roles = new Set(['admin'])
  const secret = Symbol('role')

  for (const [a, b] of [
    [ana, { id: 'ben', role: 'admin' }],
    [ana, { id: 'ana', role: 'guest' }],
    [ana, { id: 'ana' }],
    [{ id: 'ana' }, ana],
    [ana, { id: 'ana', other: 'admin' }],
    [
      { id: 'ana', role: 1 },
      { id: 'ana', role: '1' },
    ],
    [
      { id: 'ana', roles },
      { id: 'ana', roles },
    ],
    [
      { id: 'ana', roles: ['admin'] },
      { id: 'ana', roles: ['admin'] },
    ],
    [
      { id: 'ana', [secret]: 'admin' },
      { id: 'ana', [secret]: 'guest' },
    ],
    [ana, Object.assign(Object.create({ isAdmin: true }), ana)],
  ] as const)
    expect(areAlike(a, b)).toBe(false)
})
