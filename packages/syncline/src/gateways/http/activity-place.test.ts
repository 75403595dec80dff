import { expect, test } from 'vitest'
import { type ActivityPlace, formatPlace, parsePlace } from './activity-place.ts'

const at = '2026-01-01T00:00:00.000001Z'

test('a place is read as it was written, and needs no encoding in a URL', () => {
  const places: ActivityPlace[] = [
    { at },
    { at, last: { model: 'camera', id: 'ä b/c:~"', version: 7, action: 'update' } },
    { at, last: { model: 'camera', id: 'x'.repeat(250), version: 2_147_483_647, action: 'delete' } },
  ]

  for (const place of places) {
    const text = formatPlace(place)
    expect([parsePlace(text), new URLSearchParams(`before=${text}`).get('before')]).toEqual([place, text])
  }
})

test('what is no place is none', () => {
  const named = (value: unknown) => `${at}~${Buffer.from(JSON.stringify(value)).toString('base64url')}`

  const texts = [
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    `${at}~`,
    `${at}~a~b`,
    `${at}~${'x'.repeat(3_000)}`,
    named('camera'),
    named(['camera', 'c1', 1]),
    named(['camera', 'c1', 2 ** 31, 'update']),
    named(['camera', 'c1', 1.5, 'update']),
    named(['camera', 'c1', 1, 'up\0date']),
    named(['camera', 7, 1, 'update']),
  ]

  for (const text of texts) expect(parsePlace(text), text).toBeNull()
})
