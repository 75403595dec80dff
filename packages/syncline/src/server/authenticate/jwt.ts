/**
 * Who is asking, by a JSON Web Token in `Authorization: Bearer …`.
 *
 * The algorithm comes from the options, never from the token; keys named inside a token (`jwk`, `jku`, `x5u`) are
 * not looked at; a token without expiry, of another type, or for another audience is none. RFC 8725 is the list.
 */
import type {
  CryptoKey,
  JSONWebKeySet,
  JWTPayload,
  JWTVerifyGetKey,
  JWTVerifyOptions,
  JWTVerifyResult,
  KeyObject,
} from 'jose'
// By their own paths: all of `jose` takes 50 ms of a server's start (`bench`: G13).
import { createLocalJWKSet } from 'jose/jwks/local'
import { jwtVerify } from 'jose/jwt/verify'
import type { User } from '../../protocol/user.ts'
import { isUser } from '../access/call-rule.ts'
import type { Authenticate, Identity } from '../identity.ts'

export interface JwtOptions {
  /** Shared secret for HS256, or several with the newest first. At least 32 random bytes each. */
  readonly secret?: string | readonly string[]
  /** Public keys: one, a key set, or a function such as `createRemoteJWKSet(url)` of `jose`. */
  readonly keys?: CryptoKey | KeyObject | JSONWebKeySet | JWTVerifyGetKey
  /** Signature algorithms to accept. @default ['HS256'] with `secret`, ['RS256', 'PS256', 'ES256', 'EdDSA'] with `keys` */
  readonly algorithms?: readonly string[]
  /** Audience that the token must name. Without it, only tokens that name none are accepted. */
  readonly audience?: string | readonly string[]
  /** Issuer that the token must name. @default any */
  readonly issuer?: string | readonly string[]
  /** Clocks may differ by this much, in seconds. @default 5 */
  readonly clockToleranceSeconds?: number
  /** Makes the user from the claims; null refuses. @default id from `sub`, name from `name` */
  readonly user?: (claims: JWTPayload) => User | null | Promise<User | null>
  /**
   * Tables that `user` reads, such as `['sessions', 'users']`: a change there counts at once, instead of within 60 s.
   */
  readonly table?: string | readonly string[]
}

type Verify = (token: string) => Promise<JWTVerifyResult>

/** Longest token that is looked at, in characters. */
const LONGEST_TOKEN = 8_192
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])
const KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** Authenticates by a signed token. Throws at once when the options could accept forged ones. */
export function jwt(options: JwtOptions): Authenticate {
  const verifiers = verifiersOf(options)
  const identify = async (request: Request): Promise<Identity | null> => {
    const token = bearerToken(request.headers.get('authorization'))
    if (token === null) return null
    const verified = await firstVerified(verifiers, token)
    if (!verified || !isMeantForUs(verified, options)) return null
    return identityOf(verified.payload, options.user)
  }
  return Object.assign(identify, { dependsOn: options.table === undefined ? [] : [options.table].flat() })
}

/** The token of `Bearer …`; null for every other proof. */
export function bearerToken(authorization: string | null): string | null {
  const match = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization?.slice(0, LONGEST_TOKEN + 16) ?? '')
  const token = match?.[1]
  return token !== undefined && token.length <= LONGEST_TOKEN ? token : null
}

async function identityOf(claims: JWTPayload, find: JwtOptions['user']): Promise<Identity | null> {
  const user = await (find ?? userFromClaims)(claims)
  if (!isUser(user)) return null
  const expiresAtMs = (claims.exp as number) * 1000
  if (!find) return { user, expiresAtMs }
  // A2: whom the application no longer finds is signed out, although the token has not expired.
  const current = async () => find(claims)
  return { user, expiresAtMs, isStillValid: async () => (await current())?.id === user.id, current }
}

function userFromClaims({ sub, name }: JWTPayload): User | null {
  if (typeof sub !== 'string') return null
  return typeof name === 'string' ? { id: sub, name } : { id: sub }
}

/** RFC 7519: who does not find itself in `aud` refuses; RFC 8725: a token of another kind is none. */
function isMeantForUs({ payload, protectedHeader }: JWTVerifyResult, { audience }: JwtOptions): boolean {
  if (audience === undefined && payload.aud !== undefined) return false
  return protectedHeader.typ === undefined || TYPES.has(String(protectedHeader.typ).toLowerCase())
}

async function firstVerified(verifiers: readonly Verify[], token: string): Promise<JWTVerifyResult | null> {
  for (const verify of verifiers) {
    const verified = await verify(token).catch(refusedOrUnavailable)
    if (verified) return verified
  }
  return null
}

/** A key source that does not answer is not the token's fault: that is thrown on, everything else refuses. */
function refusedOrUnavailable(error: unknown): null {
  if (error instanceof KeysUnavailable) throw error.cause
  return null
}

class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super('The keys that verify tokens could not be fetched.', { cause })
  }
}

function verifiersOf(options: JwtOptions): Verify[] {
  const { secret, keys, audience, issuer, clockToleranceSeconds = 5 } = options
  if (secret !== undefined && keys !== undefined) fail('needs either `secret` or `keys`, and was given both')
  if (secret === undefined && keys === undefined)
    fail(
      'needs either `secret` or `keys`, and both are undefined. Set the environment variable that it is read from',
    )
  const algorithms = [...(options.algorithms ?? (secret === undefined ? KEY_ALGORITHMS : ['HS256']))]
  refuseConfusion(algorithms, secret !== undefined)
  const checks: JWTVerifyOptions = {
    algorithms,
    audience: audience as string | string[] | undefined,
    issuer: issuer as string | string[] | undefined,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp'],
  }
  if (keys !== undefined) {
    const source = keySource(keys)
    return [(token) => jwtVerify(token, source, checks)]
  }
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? [])
  if (secrets.length === 0 || secrets.includes(''))
    fail('was given an empty secret; use at least 32 random bytes')
  return secrets.map((text) => {
    const key = new TextEncoder().encode(text)
    return (token) => jwtVerify(token, key, checks)
  })
}

/** A public key is no secret: whoever knows it could sign with HMAC, if HMAC were accepted. */
function refuseConfusion(algorithms: readonly string[], isSecret: boolean): void {
  const wrong = algorithms.find((algorithm) => /^HS\d+$/.test(algorithm) !== isSecret)
  if (wrong === undefined && algorithms.length > 0) return
  fail(
    isSecret
      ? `accepts \`${wrong}\`, which needs \`keys\`, not \`secret\``
      : `accepts \`${wrong}\`, which needs \`secret\`; with public keys anybody could forge it`,
  )
}

function keySource(keys: NonNullable<JwtOptions['keys']>): JWTVerifyGetKey {
  if (typeof keys === 'function') return (header, token) => fetched(() => keys(header, token))
  if ('keys' in keys) return createLocalJWKSet(keys)
  return async () => keys
}

async function fetched<T>(fetchKey: () => T | Promise<T>): Promise<T> {
  try {
    return await fetchKey()
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code === 'ERR_JWKS_NO_MATCHING_KEY' || code === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw error
    throw new KeysUnavailable(error)
  }
}

function fail(what: string): never {
  throw new TypeError(`jwt() ${what}.`)
}
