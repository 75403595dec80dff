/**
 * Signed cookies: the value stays readable, and a changed one is refused.
 *
 * HMAC-SHA256 over name and value, so that a cookie signed for one purpose is none for another. The first secret
 * signs, all of them verify: put the new one in front to change it without signing anybody out.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isEmptySecret, MAKE_SECRET } from '../secrets.ts'

/** One secret, or several with the newest first. The log warns of one below 32 bytes. */
export type Secrets = string | readonly string[]

export interface CookieOptions {
  /** How long the browser keeps it, in seconds. @default until the browser closes */
  readonly maxAgeSeconds?: number
  /** Sent over https only; leave it out on plain http. @default true */
  readonly isSecure?: boolean
  /** @default '/' */
  readonly path?: string
}

/** The cookie's value with its signature, safe in a header. */
export function signCookie(name: string, value: string, secrets: Secrets): string {
  const [newest] = listOf(secrets)
  return `${encodeURIComponent(value)}.${signature(name, value, newest as string).toString('base64url')}`
}

/** The value that was signed under this name with one of the secrets; null for anything else. */
export function verifyCookie(name: string, signed: string, secrets: Secrets): string | null {
  const end = signed.lastIndexOf('.')
  const value = end < 0 ? null : decoded(signed.slice(0, end))
  if (value === null) return null
  const given = Buffer.from(signed.slice(end + 1), 'base64url')
  // Every secret is tried, so that the time does not tell which one fits.
  const fits = listOf(secrets).filter((secret) => isEqual(signature(name, value, secret), given))
  return fits.length > 0 && signed.slice(end + 1) === given.toString('base64url') ? value : null
}

/** A `Set-Cookie` header for a signed value: HttpOnly, SameSite=Lax, Secure. */
export function cookieHeader(
  name: string,
  value: string,
  secrets: Secrets,
  options: CookieOptions = {},
): string {
  return header(name, signCookie(name, value, secrets), options)
}

/** A `Set-Cookie` header that removes the cookie. */
export function expiredCookieHeader(name: string, options: CookieOptions = {}): string {
  return header(name, '', { ...options, maxAgeSeconds: 0 })
}

/** Values of every cookie of this name, as sent. */
export function cookiesNamed(name: string, cookieHeaderText: string | null): string[] {
  return (cookieHeaderText ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals > 0 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : []
  })
}

/** The one cookie of this name; two different ones come from somebody who could set one of them only: neither counts. */
export function cookieNamed(name: string, cookieHeaderText: string | null): string | null {
  const [value, ...others] = new Set(cookiesNamed(name, cookieHeaderText))
  return value === undefined || others.length > 0 ? null : value
}

function header(
  name: string,
  value: string,
  { maxAgeSeconds, isSecure = true, path = '/' }: CookieOptions,
): string {
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', 'SameSite=Lax']
  if (isSecure) parts.push('Secure')
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`)
  return parts.join('; ')
}

function signature(name: string, value: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`syncline cookie\n${name}\n${value}`).digest()
}

function isEqual(right: Buffer, given: Buffer): boolean {
  return right.length === given.length && timingSafeEqual(right, given)
}

function listOf(secrets: Secrets): readonly string[] {
  if (!isEmptySecret(secrets)) return [secrets].flat()
  throw new TypeError(
    `The secret that signs cookies is empty. Give ${MAKE_SECRET}, for example in SYNCLINE_SECRET.`,
  )
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
