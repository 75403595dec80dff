/**
 * Seals cursors: encrypted and authenticated with the server's secret, so that a device can neither read nor make one.
 *
 * A cursor from another server, another secret, or a liar opens as null, which means `snapshot`, never an error (L4).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type CursorContent, decodeCursor, encodeCursor } from './cursor-bytes.ts'

export interface CursorSeal {
  seal(content: CursorContent): string
  /** Null for a cursor that none of the secrets has sealed. */
  open(cursor: string): CursorContent | null
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const PURPOSE = 'syncline cursor 1'
/** No cursor of ours is longer; what a stranger sends is not decoded beyond. */
const LONGEST = 65_536

/** Seals with the first secret and opens with any: put a new one in front to rotate. */
export function createCursorSeal(secrets: readonly string[]): CursorSeal {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32)))
  const nextNonce = nonces()
  return {
    seal: (content) => sealBytes(encodeCursor(content), keys[0] as Buffer, nextNonce()),
    open(cursor) {
      if (cursor.length > LONGEST) return null
      const sealed = Buffer.from(cursor, 'base64url')
      if (sealed.length <= NONCE_BYTES + TAG_BYTES) return null
      for (const key of keys) {
        const bytes = openBytes(sealed, key)
        if (bytes) return decodeCursor(bytes)
      }
      return null
    },
  }
}

/** A random half and a counting half: random nonces alone would repeat after some 2^32 cursors of one key. */
function nonces(): () => Buffer {
  const prefix = randomBytes(6)
  let count = 0
  return () => {
    const nonce = Buffer.alloc(NONCE_BYTES)
    prefix.copy(nonce)
    nonce.writeUIntBE(++count, 6, 6)
    return nonce
  }
}

function sealBytes(bytes: Buffer, key: Buffer, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  )
}

function openBytes(sealed: Buffer, key: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}
