import { expect, test } from 'vitest'
import { isOwnOrigin } from './request-origin.ts'

const allowed = new Set(['https://app.example'])

test('G2: a cookie counts from the own host and from listed origins', () => {
  expect(isOwnOrigin('http://127.0.0.1:4000', '127.0.0.1:4000', allowed)).toBe(true)
  expect(isOwnOrigin('https://sync.example', 'sync.example', allowed)).toBe(true)
  expect(isOwnOrigin('https://app.example', 'sync.example', allowed)).toBe(true)
})

test('G2: a cookie counts from nowhere else', () => {
  const origins = [
    undefined,
    '',
    'null',
    'https://evil.example',
    'https://sync.example.evil.example',
    'https://sync.example:8443',
    'https://evil-sync.example',
    'https://sync.example/',
    'sync.example',
    'https://sync.example@evil.example',
    'https://app.example:444',
    'HTTPS://APP.EXAMPLE',
    'file://',
    'https://',
  ]

  expect(origins.filter((origin) => isOwnOrigin(origin, 'sync.example', allowed))).toEqual([])
  expect(isOwnOrigin('https://sync.example', undefined, allowed)).toBe(false)
})
