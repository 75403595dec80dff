/**
 * What a redirect carries to the page behind it: errors, flash and flags, kept where the next request finds them.
 *
 * A page that is shown takes them; a redirect, a prefetch and a reload for a new version leave them for the next.
 */
import {
  cookieHeader,
  cookiesNamed,
  expiredCookieHeader,
  type Secrets,
  verifyCookie,
} from '../server/authenticate/signed-cookie.ts'

/** Messages by field; of a form with an error bag, messages by field by bag. */
export type Errors = Readonly<
  Record<string, string | readonly string[] | Readonly<Record<string, string | readonly string[]>>>
>

/** JSON; every part may be missing. */
export interface Carried {
  readonly errors?: Errors
  readonly flash?: Readonly<Record<string, unknown>>
  readonly clearHistory?: true
  readonly preserveFragment?: true
}

/** Keeps what is carried between two requests of one browser: the shipped cookie, or an application's session. */
export interface CarryStore {
  /** What the browser's last redirect carries; null for nothing. Does not take it. */
  read(request: Request): Carried | null | Promise<Carried | null>
  /** Keeps it for the next request, or with null forgets it. May add headers to the answer. */
  write(carried: Carried | null, request: Request, headers: Headers): void | Promise<void>
}

const NAME = 'syncline_carried'
/** A page that never came is not worth more. */
const KEPT_SECONDS = 300
/** Browsers drop a cookie above 4,096 bytes without a word. */
const LONGEST = 4_000

/** Keeps it in a signed cookie; 4 kB is enough for the errors of a form, not for its values. */
export function carryInCookie(secrets: Secrets): CarryStore {
  return {
    read: (request) => readCookie(request, secrets),
    write(carried, request, headers) {
      const isSecure = new URL(request.url).protocol === 'https:'
      if (!carried) return headers.append('set-cookie', expiredCookieHeader(NAME, { isSecure }))
      const value = Buffer.from(JSON.stringify(carried)).toString('base64url')
      const options = { isSecure, maxAgeSeconds: KEPT_SECONDS }
      const header = cookieHeader(NAME, value, secrets, options)
      if (header.length > LONGEST) throw new RangeError(tooLong(header.length))
      headers.append('set-cookie', header)
    },
  }
}

/** Both, the later one on top. */
export function combineCarried(earlier: Carried | null, later: Carried | null): Carried | null {
  if (!earlier || !later) return later ?? earlier
  const errors = { ...earlier.errors, ...later.errors }
  const flash = { ...earlier.flash, ...later.flash }
  return {
    ...earlier,
    ...later,
    ...(Object.keys(errors).length > 0 && { errors }),
    ...(Object.keys(flash).length > 0 && { flash }),
  }
}

function readCookie(request: Request, secrets: Secrets): Carried | null {
  for (const sent of cookiesNamed(NAME, request.headers.get('cookie'))) {
    const value = verifyCookie(NAME, sent, secrets)
    if (value !== null) return JSON.parse(Buffer.from(value, 'base64url').toString()) as Carried
  }
  return null
}

function tooLong(length: number): string {
  return (
    `Errors and flash of this redirect make a cookie of ${length} bytes; browsers keep 4,096. ` +
    'Carry less, or give `createInertia` a `carry` store that writes to a session.'
  )
}
