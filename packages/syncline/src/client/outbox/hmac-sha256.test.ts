import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacSha256 } from './hmac-sha256.ts'

test('is HMAC-SHA-256', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ maxLength: 300 }),
      (key, message) => {
        const expected = createHmac('sha256', key).update(message).digest('hex')

        expect(Buffer.from(hmacSha256(key, message)).toString('hex')).toBe(expected)
      },
    ),
  )
})
