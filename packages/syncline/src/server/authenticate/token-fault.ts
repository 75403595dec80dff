/**
 * Why a token proves nothing, in words for the server's log: fact, value, remedy. Neither token nor secret is in them.
 */
import type { JWTPayload } from 'jose'
import type { ProofFault } from '../identity.ts'

/** What a server accepts, as far as a text names it. */
export interface Accepted {
  readonly algorithms: readonly string[]
  readonly audience?: string | readonly string[]
  readonly issuer?: string | readonly string[]
}

/** What `jose` throws. */
interface JoseError {
  readonly code?: string
  readonly claim?: string
  readonly reason?: string
  readonly payload?: JWTPayload
}

/** The fault of a token that could not be verified; `error` is what `jose` threw. */
export function tokenFault(error: unknown, token: string, accepted: Accepted, nowMs: number): ProofFault {
  const { code, claim, reason, payload = {} } = error as JoseError
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return WRONG_SIGNATURE
  if (code === 'ERR_JWKS_NO_MATCHING_KEY' || code === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') return WRONG_KEY
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return wrongAlgorithm(token, accepted)
  if (code === 'ERR_JWT_EXPIRED') return expired(payload.exp as number, nowMs)
  if (claim === 'exp') return reason === 'missing' ? NO_EXPIRY : notANumber('exp')
  if (claim === 'nbf') return reason === 'check_failed' ? tooEarly(payload.nbf as number) : notANumber('nbf')
  if (claim === 'aud') return wrongAudience(payload.aud, accepted)
  if (claim === 'iss') return wrongIssuer(payload.iss, accepted)
  return unreadable(token)
}

/** Claims that name no user. */
export function subjectFault({ sub }: JWTPayload): ProofFault {
  const fact = sub === undefined ? 'The token has no `sub`' : `\`sub\` of the token is ${shown(sub)}`
  return {
    cause: 'subject',
    message: `${fact}, and it must be the user's id: text, not empty. Sign with \`setSubject(userId)\`, or say who it is by other claims: \`jwt({ user: (claims) => … })\`.`,
  }
}

/** A good token whose user the application does not find. */
export const UNKNOWN_USER: ProofFault = {
  cause: 'unknown-user',
  message:
    'The token is good, and `jwt({ user })` returned nobody for it. If that is wrong, correct the function: it returns a user with an `id`.',
  isOrdinary: true,
}

/** A token of another kind, by the `typ` of its header. */
export function typeFault(type: unknown): ProofFault {
  return {
    cause: 'type',
    message: `The token is of the type ${shown(type)}, which does not say who asks. Send one of the type \`JWT\` or \`at+jwt\`.`,
  }
}

/** A token for somebody else, by its `aud`. */
export function wrongAudience(aud: unknown, { audience }: Accepted): ProofFault {
  const fact =
    aud === undefined ? 'The token names no audience' : `The token names the audience ${shown(aud)}`
  const remedy =
    audience === undefined
      ? `\`jwt()\` was given none, so it takes only tokens without \`aud\`. Add \`audience: ${JSON.stringify(aud).slice(0, 60)}\` if that is this server.`
      : `this server is ${shown(audience)}. Sign with \`setAudience(…)\`, or correct \`jwt({ audience })\`.`
  return { cause: 'audience', message: `${fact}, and ${remedy}` }
}

/** A token too long to be looked at. */
export function tooLong(characters: number): ProofFault {
  return {
    cause: 'unreadable',
    message: `The token is longer than ${characters} characters, and is not looked at. Put less into it, and send it alone.`,
  }
}

const WRONG_SIGNATURE: ProofFault = {
  cause: 'signature',
  message:
    'The signature of the token does not fit: it was signed with another secret or key, or was changed. Compare the secret that signs with `jwt({ secret })` (or `keys`), also for quotes and line ends.',
}

const WRONG_KEY: ProofFault = {
  cause: 'key',
  message:
    'No key of `jwt({ keys })` fits the token: its `kid` is not among them. Compare the `kid` of its header with the key set.',
}

const NO_EXPIRY: ProofFault = {
  cause: 'expiry',
  message:
    "The token has no `exp`, so it would hold for ever. Sign it with an expiry, such as `setExpirationTime('1h')`.",
}

function notANumber(claim: 'exp' | 'nbf'): ProofFault {
  return {
    cause: 'expiry',
    message: `\`${claim}\` of the token is no number. Give the time in seconds since 1970, as \`setExpirationTime('1h')\` does.`,
  }
}

function expired(exp: number, nowMs: number): ProofFault {
  const seconds = Math.round(nowMs / 1000 - exp)
  return {
    cause: 'expired',
    message: `The token expired ${seconds} s ago, at ${timeOf(exp)}. Sign in again; a client that is given \`token\` as a function renews it before that.`,
  }
}

function tooEarly(nbf: number): ProofFault {
  return {
    cause: 'not-yet',
    message: `The token is not valid before ${timeOf(nbf)} (\`nbf\`). Compare the clocks of who signs and who checks.`,
  }
}

function wrongAlgorithm(token: string, { algorithms }: Accepted): ProofFault {
  return {
    cause: 'algorithm',
    message: `The token is signed with ${shown(algorithmOf(token))}, and only ${algorithms.join(', ')} is taken. Sign with \`setProtectedHeader({ alg: '${algorithms[0]}' })\`, or correct \`jwt({ algorithms })\`.`,
  }
}

function wrongIssuer(iss: unknown, { issuer }: Accepted): ProofFault {
  const fact = iss === undefined ? 'The token names no issuer' : `The token was issued by ${shown(iss)}`
  return {
    cause: 'issuer',
    message: `${fact}, and only ${shown(issuer)} is trusted. Sign with \`setIssuer(…)\`, or correct \`jwt({ issuer })\`.`,
  }
}

function unreadable(token: string): ProofFault {
  const parts = token.split('.').length
  const fact = parts === 3 ? 'its parts are not what they should be' : `it has ${parts}`
  return {
    cause: 'unreadable',
    message: `What was sent is no signed JSON Web Token: that has three parts with dots between, and ${fact}. Send what \`new SignJWT(…).sign(secret)\` returned.`,
  }
}

function algorithmOf(token: string): unknown {
  const [header = ''] = token.split('.')
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: unknown }).alg
}

function timeOf(seconds: number): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? `second ${seconds}` : time.toISOString()
}

/** What a stranger wrote, short and on one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``
}
