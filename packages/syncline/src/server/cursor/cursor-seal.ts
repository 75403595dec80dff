/**
 * Seals cursors: encrypted and authenticated with the server's secret, so that a device can neither read nor make one.
 *
 * A cursor from another server, another secret, or a liar opens as null, which means `snapshot`, never an error (L4).
 * Nothing in it counts: how many cursors were made says how busy other rooms are (A1).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { sealedPart } from '../../protocol/marker-cursor.ts'
import { type CursorContent, decodeCursor, encodeCursor, USUAL_BYTES } from './cursor-bytes.ts'
import { NONCE_BYTES, ReadySeals, TAG_BYTES } from './ready-seals.ts'

export interface CursorSeal {
  seal(content: CursorContent): string
  /** With or without a position before it. Null for a cursor that none of the secrets has sealed. */
  open(cursor: string): CursorContent | null
}

const SALT_BYTES = 8
const PURPOSE = 'syncline cursor 1'
/** No cursor of ours is longer; what a stranger sends is not decoded beyond. */
const LONGEST = 65_536
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
  let current: Sealer | undefined
  return {
    seal(content) {
      if (!current || current.uses >= USES_OF_KEY) current = new Sealer(secrets[0] as string)
      return current.seal(encodeCursor(content))
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

/** Longer ones are rare, and sealed one by one. */
const LONGEST_READY = 4 * USUAL_BYTES

/** Seals with a key of its own. */
class Sealer {
  uses = 0
  readonly #salt = randomBytes(SALT_BYTES)
  readonly #key: Buffer
  readonly #usual: Form
  /** For longer ones, by their length. */
  readonly #longer = new Map<number, Form>()

  constructor(secret: string) {
    this.#key = deriveKey(secret, this.#salt)
    this.#usual = new Form(this.#key, this.#salt, USUAL_BYTES)
  }

  seal(bytes: Buffer): string {
    this.uses++
    const { length } = bytes
    if (length === USUAL_BYTES) return this.#usual.seal(bytes)
    if (length > LONGEST_READY) return sealBytes(bytes, this.#salt, this.#key)
    let form = this.#longer.get(length)
    if (!form) this.#longer.set(length, (form = new Form(this.#key, this.#salt, length)))
    return form.seal(bytes)
  }
}

/** Seals cursors of one length, in one place. */
class Form {
  readonly #ready: ReadySeals
  readonly #sealed: Buffer

  constructor(key: Buffer, salt: Buffer, textBytes: number) {
    this.#ready = new ReadySeals(key, textBytes)
    this.#sealed = Buffer.alloc(SALT_BYTES + NONCE_BYTES + textBytes + TAG_BYTES)
    salt.copy(this.#sealed)
  }

  seal(bytes: Buffer): string {
    this.#ready.seal(bytes, this.#sealed, SALT_BYTES)
    return this.#sealed.toString('base64url')
  }
}

function sealBytes(bytes: Buffer, salt: Buffer, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
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
