import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviceHash } from './device-hash.ts'

function hmac(device: string, text: string): string {
  const digest = createHmac('sha256', device).update(text).digest()
  return digest.subarray(0, 16).toString('base64url')
}

test('A1: a device is named by HMAC-SHA256, however long its id and the record’s are', () => {
  const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }))

  fc.assert(
    fc.property(
      fc.array(fc.record({ device: text, model: text, id: text, version: fc.nat() }), { minLength: 1 }),
      (named) => {
        // One after the other: what was mixed in for one device is nothing to the next.
        for (const { device, model, id, version } of [...named, ...named.toReversed()])
          expect(deviceHash(device, { model, id, version })).toBe(hmac(device, `${model}:${id}:${version}`))
      },
    ),
  )
})

test('every length around a block is hashed as the standard says', () => {
  for (let length = 0; length < 140; length++) {
    const device = 'd'.repeat(length)
    const id = 'i'.repeat(140 - length)

    expect(deviceHash(device, { model: 'm', id: '', version: 1 })).toBe(hmac(device, 'm::1'))
    expect(deviceHash('device', { model: 'm', id, version: 1 })).toBe(hmac('device', `m:${id}:1`))
  }
})
