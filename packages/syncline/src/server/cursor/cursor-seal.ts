/**
 * Seals cursors: encrypted and authenticated with the server's secret, so that a device can neither read nor make one.
 *
 * A cursor from another server, another secret, or a liar opens as null, which means `snapshot`, never an error (L4).
 * Nothing in it counts: how many cursors were made says how busy other rooms are (A1).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomFillSync } from 'node:crypto'
import { sealedPart } from '../../protocol/marker-cursor.ts'
import { type CursorContent, decodeCursor, encodeCursor } from './cursor-bytes.ts'

export interface CursorSeal {
  seal(content: CursorContent): string
  /** With or without a position before it. Null for a cursor that none of the secrets has sealed. */
  open(cursor: string): CursorContent | null
}

const SALT_BYTES = 8
const NONCE_BYTES = 12
const TAG_BYTES = 16
const PURPOSE = 'syncline cursor 1'
/** No cursor of ours is longer; what a stranger sends is not decoded beyond. */
const LONGEST = 65_536
/** Nonces are drawn this many at a time: asking the system for each takes a third of a seal's time (`bench` G3). */
const NONCES_AT_ONCE = 256
/** Random nonces of one key may collide after some 2^32 uses; each key is used far less. */
const USES_OF_KEY = 2 ** 30
/** Keys of other servers and earlier lives, kept for opening. */
const REMEMBERED_SALTS = 256

/** Seals with the first secret and opens with any: put a new one in front to rotate. */
export function createCursorSeal(secrets: readonly string[]): CursorSeal {
  const known = new Map<string, readonly Buffer[]>()
  const keysOf = (salt: Buffer): readonly Buffer[] => {
    const name = salt.toString('hex')
    const keys = known.get(name) ?? secrets.map((secret) => deriveKey(secret, salt))
    if (known.size >= REMEMBERED_SALTS) known.delete(known.keys().next().value as string)
    known.set(name, keys)
    return keys
  }
  let current: { salt: Buffer; key: Buffer; uses: number } = {
    salt: Buffer.alloc(0),
    key: Buffer.alloc(0),
    uses: USES_OF_KEY,
  }
  return {
    seal(content) {
      if (current.uses >= USES_OF_KEY) {
        const salt = randomBytes(SALT_BYTES)
        current = { salt, key: deriveKey(secrets[0] as string, salt), uses: 0 }
      }
      current.uses++
      return sealBytes(encodeCursor(content), current.salt, current.key)
    },
    open(cursor) {
      if (cursor.length > LONGEST) return null
      const sealed = Buffer.from(sealedPart(cursor), 'base64url')
      if (sealed.length <= SALT_BYTES + NONCE_BYTES + TAG_BYTES) return null
      for (const key of keysOf(sealed.subarray(0, SALT_BYTES))) {
        const bytes = openBytes(sealed.subarray(SALT_BYTES), key)
        if (bytes) return decodeCursor(bytes)
      }
      return null
    },
  }
}

function deriveKey(secret: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, PURPOSE, 32))
}

const nonces = Buffer.alloc(NONCE_BYTES * NONCES_AT_ONCE)
let noncesUsed = NONCES_AT_ONCE

/** Never the same bytes twice; the answer is only valid until the next call. */
function nextNonce(): Buffer {
  if (noncesUsed === NONCES_AT_ONCE) {
    randomFillSync(nonces)
    noncesUsed = 0
  }
  const begin = noncesUsed++ * NONCE_BYTES
  return nonces.subarray(begin, begin + NONCE_BYTES)
}

function sealBytes(bytes: Buffer, salt: Buffer, key: Buffer): string {
  const nonce = nextNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([salt, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString(
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
