/** `If-Match`, `If-None-Match` and `Idempotency-Key`. Pure. */
import { createHash } from 'node:crypto'
import { SynclineError } from '../../../protocol/errors.ts'

const LONGEST_KEY = 200

/** The tag of a version. */
export function tagOf(version: number): string {
  return `"${version}"`
}

/** The versions of which a write expects one; undefined when any will do. */
export function expectedVersions(headers: Headers): readonly number[] | undefined {
  const text = headers.get('if-match')
  if (text === null || text === '*') return undefined
  // A list may have empty elements; one of nothing else names no version.
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  const versions = tags.map((tag) => Number(/^(?:W\/)?"?(\d{1,10})"?$/.exec(tag)?.[1]))
  if (versions.length > 0 && !versions.some(Number.isNaN)) return versions
  throw new SynclineError(
    'invalid_message',
    '`If-Match` is no version. Send the `ETag` of the record, such as "5".',
  )
}

/** The versions that must not be read or written; undefined when all may, `any` for every one. */
export function unwantedVersions(headers: Headers): readonly number[] | 'any' | undefined {
  const text = headers.get('if-none-match')
  if (text === null) return undefined
  if (text.trim() === '*') return 'any'
  return text.split(',').flatMap((tag) => {
    const version = /^(?:W\/)?"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1]
    return version === undefined ? [] : [Number(version)]
  })
}

/** Whether `If-None-Match` names this version. */
export function isFresh(headers: Headers, version: number): boolean {
  const unwanted = unwantedVersions(headers)
  return unwanted === 'any' || (unwanted?.includes(version) ?? false)
}

/** Tells a repeat of a request from another one with the same key. */
export function fingerprintOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url')
}

/** The key of a write that may be sent again, bound to what it writes to: a key used elsewhere is another one. */
export function idempotencyKey(headers: Headers, method: string, pathname: string): string | undefined {
  const key = headers.get('idempotency-key')
  if (key === null) return undefined
  if (key !== '' && key.length <= LONGEST_KEY) return `${method} ${pathname} ${key}`
  throw new SynclineError(
    'invalid_message',
    `\`Idempotency-Key\` is empty or longer than ${LONGEST_KEY} characters. Send a UUID.`,
  )
}
