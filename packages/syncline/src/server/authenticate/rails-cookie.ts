/**
 * Reads cookies that Rails has signed.
 *
 *   cookie    urlencode(payload--hex(HMAC(key, payload)))    HMAC of SHA1, or SHA256 if the app says so
 *   key       PBKDF2(secret_key_base, 'signed cookie', 1,000 rounds, 64 bytes)   SHA256, before Rails 7.0 SHA1
 *   payload   base64({"_rails": {"message": base64(value), "exp": time or null, "pur": "cookie.<name>"}})
 *
 * The purpose must be this cookie's own: a value that was signed for another name proves nothing here. The value is an
 * integer or a text, in JSON or as Marshal writes these two; nothing else of Marshal is ever read.
 */
import { isEmptySecret } from '../secrets.ts'
import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { readMarshalled } from './marshalled-id.ts'
import type { Secrets } from './signed-cookie.ts'

export interface RailsCookie {
  /** The integer or text as text. */
  readonly value: string
  readonly expiresAtMs?: number
}

/** Longest cookie that is looked at; browsers keep no longer one. */
const LONGEST_COOKIE = 4_096
const KEY_BYTES = 64
const ROUNDS = 1_000

/** The keys with which an app may have signed. Throws a `TypeError` when a secret is empty. */
export function railsKeys(secretKeyBase: Secrets): readonly Buffer[] {
  const secrets = [secretKeyBase].flat()
  if (isEmptySecret(secrets)) {
    throw new TypeError(
      'railsSession() was given an empty `secretKeyBase`. Give the Rails app’s own: `bin/rails runner "puts Rails.application.secret_key_base"`.',
    )
  }
  return secrets.flatMap((secret) =>
    ['sha256', 'sha1'].map((digest) => pbkdf2Sync(secret, 'signed cookie', ROUNDS, KEY_BYTES, digest)),
  )
}

/** What was signed under this name; null for anything else, and for what has expired. */
export function readRailsCookie(
  keys: readonly Buffer[],
  name: string,
  cookie: string,
  nowMs: number,
): RailsCookie | null {
  const payload = cookie.length > LONGEST_COOKIE ? null : verifiedPayload(keys, cookie)
  const envelope = payload === null ? null : envelopeOf(payload)
  if (envelope?.purpose !== `cookie.${name}`) return null
  const expiresAtMs = envelope.expires === null ? undefined : Date.parse(envelope.expires)
  // A time that cannot be read is over.
  if (expiresAtMs !== undefined && !(expiresAtMs > nowMs)) return null
  const value = valueOf(Buffer.from(envelope.message, 'base64'))
  return value === null ? null : { value, ...(expiresAtMs !== undefined && { expiresAtMs }) }
}

/** The digest is told by its length: HMACs of both cannot be forged without the key. */
const DIGEST_BY_LENGTH: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256' }

function verifiedPayload(keys: readonly Buffer[], cookie: string): string | null {
  const [, payload = '', given = ''] = /^([\w+/=-]+)--([\da-f]+)$/.exec(decoded(cookie)) ?? []
  const digest = DIGEST_BY_LENGTH[given.length]
  if (digest === undefined) return null
  const mac = Buffer.from(given, 'hex')
  // Every key is tried, so that the time does not tell which one fits.
  const fits = keys.filter((key) => timingSafeEqual(createHmac(digest, key).update(payload).digest(), mac))
  return fits.length > 0 ? payload : null
}

function decoded(cookie: string): string {
  try {
    return decodeURIComponent(cookie)
  } catch {
    return ''
  }
}

interface Envelope {
  readonly message: string
  readonly expires: string | null
  readonly purpose: string
}

function envelopeOf(payload: string): Envelope | null {
  const content = jsonOf(Buffer.from(payload, 'base64').toString('utf8')) as {
    readonly _rails?: { readonly message?: unknown; readonly exp?: unknown; readonly pur?: unknown }
  } | null
  const { message, exp: expires = null, pur: purpose } = content?._rails ?? {}
  const isSound = typeof message === 'string' && typeof purpose === 'string'
  return isSound && (expires === null || typeof expires === 'string') ? { message, expires, purpose } : null
}

function valueOf(bytes: Buffer): string | null {
  if (bytes[0] === MARSHAL_VERSION) return readMarshalled(bytes)
  const text = bytes.toString('utf8')
  // Not through a number: ids may be larger than one can be.
  if (/^-?\d{1,20}$/.test(text)) return text
  const value = jsonOf(text)
  return typeof value === 'string' ? value : null
}

const MARSHAL_VERSION = 4

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
