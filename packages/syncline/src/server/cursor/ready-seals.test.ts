import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Ghash } from './ghash.ts'
import { NONCE_BYTES, ReadySeals, TAG_BYTES } from './ready-seals.ts'

const TEXT_BYTES = 128

function sealed(seals: ReadySeals, text: Buffer): { nonce: Buffer; masked: Buffer; tag: Buffer } {
  const bytes = Buffer.alloc(NONCE_BYTES + text.length + TAG_BYTES)
  seals.seal(text, bytes, 0)
  const masked = bytes.subarray(NONCE_BYTES, -TAG_BYTES)
  return { nonce: bytes.subarray(0, NONCE_BYTES), masked, tag: bytes.subarray(-TAG_BYTES) }
}

test('what is sealed is what AES-256-GCM gives for the same nonce', () => {
  for (let turn = 0; turn < 40; turn++) {
    const key = randomBytes(32)
    const seals = new ReadySeals(key, TEXT_BYTES)

    for (let text = 0; text < 10; text++) {
      const plain = randomBytes(TEXT_BYTES)
      const { nonce, masked, tag } = sealed(seals, plain)

      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      expect(masked).toEqual(Buffer.concat([cipher.update(plain), cipher.final()]))
      expect(tag).toEqual(cipher.getAuthTag())
    }
  }
})

test('no nonce is used twice, however many are prepared', () => {
  const key = randomBytes(32)
  const seals = new ReadySeals(key, TEXT_BYTES)
  const nonces = new Set<string>()

  for (let text = 0; text < 1_000; text++) {
    const { nonce, masked, tag } = sealed(seals, Buffer.alloc(TEXT_BYTES))
    nonces.add(nonce.toString('hex'))
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag)
    expect(Buffer.concat([decipher.update(masked), decipher.final()])).toEqual(Buffer.alloc(TEXT_BYTES))
  }

  expect(nonces.size).toBe(1_000)
})

test('the checksum is that of the standard: test case 2 of its authors', () => {
  const ghash = new Ghash(Buffer.from('66e94bd4ef8a2c3b884cfa59ca342b2e', 'hex'))
  const result = Buffer.alloc(16)

  ghash.begin()
  ghash.add(0x0388dace, 0x60b6a392, 0xf328c2b9, 0x71b2fe78)
  ghash.add(0, 0, 0, 0x80)
  for (let place = 0; place < 4; place++) result.writeInt32BE(ghash.word(place), place * 4)

  expect(result.toString('hex')).toBe('f38cbb1ad69223dcc3457ae5b6b0f885')
})
