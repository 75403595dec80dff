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
import type { Authenticate, Identity, ProofFault } from '../identity.ts'
import { isEmptySecret, MAKE_SECRET, secretWarnings } from '../secrets.ts'
import {
  subjectFault,
  tokenFault,
  tooLong,
  typeFault,
  UNKNOWN_USER,
  wrongAudience,
  type Accepted,
} from './token-fault.ts'

export interface JwtOptions {
  /** Shared secret for HS256, or several with the newest first. The log warns of one below 32 bytes. */
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
type Verdict = JWTVerifyResult | { readonly fault: ProofFault }

/** Longest token that is looked at, in characters. */
const LONGEST_TOKEN = 8_192
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])
const KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** Authenticates by a signed token. Throws at once when the options could accept forged ones. */
export function jwt(options: JwtOptions): Authenticate {
  const accepted = acceptedBy(options)
  const verifiers = verifiersOf(options, accepted)
  const judge = (token: string) => verdictOf(verifiers, token, accepted)
  const identify = async (request: Request): Promise<Identity | null> => {
    const token = bearerToken(request.headers.get('authorization'))
    const verdict = token === null ? null : await judge(token)
    return verdict && 'payload' in verdict ? identityOf(verdict.payload, options.user) : null
  }
  const whyNot = async (request: Request): Promise<ProofFault | null> => {
    const authorization = request.headers.get('authorization')
    const token = bearerToken(authorization)
    if (token === null) return /^bearer +\S{8192}/i.test(authorization ?? '') ? tooLong(LONGEST_TOKEN) : null
    const verdict = await judge(token)
    if ('fault' in verdict) return verdict.fault
    return options.user ? UNKNOWN_USER : subjectFault(verdict.payload)
  }
  const dependsOn = options.table === undefined ? [] : [options.table].flat()
  const warnings = secretWarnings('`secret` of jwt()', options.secret ?? [])
  return Object.assign(identify, { dependsOn, whyNot, warnings })
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

/** The token as verified, or what is wrong with it. Throws when the keys cannot be had. */
async function verdictOf(verifiers: readonly Verify[], token: string, accepted: Accepted): Promise<Verdict> {
  let fault: ProofFault | undefined
  for (const verify of verifiers) {
    try {
      return meantForUs(await verify(token), accepted)
    } catch (error) {
      // A key source that does not answer is not the token's fault.
      if (error instanceof KeysUnavailable) throw error.cause
      const found = tokenFault(error, token, accepted, Date.now())
      // The secret that fits says more than the others.
      if (!fault || fault.cause === 'signature') fault = found
    }
  }
  return { fault: fault as ProofFault }
}

/** RFC 7519: who does not find itself in `aud` refuses; RFC 8725: a token of another kind is none. */
function meantForUs(verified: JWTVerifyResult, accepted: Accepted): Verdict {
  const { payload, protectedHeader } = verified
  if (accepted.audience === undefined && payload.aud !== undefined)
    return { fault: wrongAudience(payload.aud, accepted) }
  const { typ } = protectedHeader
  return typ === undefined || TYPES.has(String(typ).toLowerCase()) ? verified : { fault: typeFault(typ) }
}

class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super('The keys that verify tokens could not be fetched.', { cause })
  }
}

function acceptedBy({ secret, algorithms, audience, issuer }: JwtOptions): Accepted {
  return {
    algorithms: [...(algorithms ?? (secret === undefined ? KEY_ALGORITHMS : ['HS256']))],
    audience,
    issuer,
  }
}

function verifiersOf(options: JwtOptions, { algorithms, audience, issuer }: Accepted): Verify[] {
  const { secret, keys, clockToleranceSeconds = 5 } = options
  if (secret !== undefined && keys !== undefined) fail('needs either `secret` or `keys`, and was given both')
  if (secret === undefined && keys === undefined)
    fail(
      'needs either `secret` or `keys`, and both are undefined. Set the environment variable that it is read from',
    )
  refuseConfusion(algorithms, secret !== undefined)
  const checks: JWTVerifyOptions = {
    algorithms: [...algorithms],
    audience: audience as string | string[] | undefined,
    issuer: issuer as string | string[] | undefined,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp'],
  }
  if (keys !== undefined) {
    const source = keySource(keys)
    return [(token) => jwtVerify(token, source, checks)]
  }
  if (isEmptySecret(secret ?? [])) fail(`was given an empty secret. Give ${MAKE_SECRET}`)
  return [secret ?? []].flat().map((text) => {
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
