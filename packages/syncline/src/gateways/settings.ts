/**
 * What `createSync` is told by its options and by the environment; an option wins, and a value that cannot be meant
 * stops the start instead of being replaced by a default.
 */
import type { User } from '../protocol/user.ts'
import { type Environment, environmentOrigins } from '../server/environment.ts'
import { defaultLimits, type Limits } from '../server/limits.ts'

/** What the application hands to the marker client of its pages. */
export interface ClientOptions {
  /** How long markers are collected before a reload, in ms. */
  readonly debounceMs: number
  /** How often in a row a page tries a lost connection again; absent: without end. */
  readonly maxReconnectAttempts?: number
}

export interface Settings {
  readonly enabled: boolean | ((user: User) => boolean)
  readonly limits: Limits
  readonly allowedOrigins: ReadonlySet<string>
  readonly client: ClientOptions
}

/** Options that have a variable of the environment. */
export interface GivenSettings {
  readonly enabled?: Settings['enabled']
  readonly debounceMs?: number
  readonly maxReconnectAttempts?: number
  readonly limits?: Partial<Limits>
  readonly origins?: readonly string[]
}

/** Throws a `TypeError` for a value that is none. */
export function readSettings(given: GivenSettings, environment: Environment): Settings {
  const channelsPerConnection = wholeNumber(
    'limits.channelsPerConnection',
    given.limits?.channelsPerConnection,
    'SYNC_MAX_SUBSCRIPTIONS',
    environment,
  )
  const debounceMs = wholeNumber('debounceMs', given.debounceMs, 'SYNC_DEBOUNCE_MS', environment)
  const maxReconnectAttempts = wholeNumber(
    'maxReconnectAttempts',
    given.maxReconnectAttempts,
    'SYNC_RECONNECT_ATTEMPTS',
    environment,
  )
  return {
    enabled: given.enabled ?? isEnabledBy(environment),
    limits: {
      ...defaultLimits,
      ...given.limits,
      ...(channelsPerConnection !== undefined && { channelsPerConnection }),
    },
    allowedOrigins: new Set(given.origins ?? environmentOrigins(environment)),
    client: {
      debounceMs: debounceMs ?? DEFAULT_DEBOUNCE_MS,
      ...(maxReconnectAttempts !== undefined && { maxReconnectAttempts }),
    },
  }
}

const DEFAULT_DEBOUNCE_MS = 300

function wholeNumber(
  option: string,
  given: number | undefined,
  variable: string,
  environment: Environment,
): number | undefined {
  if (given !== undefined) return checked(`Option \`${option}\``, String(given), given)
  const text = environment[variable]?.trim()
  // An empty variable is how many tools unset one.
  return text ? checked(`The environment’s ${variable}`, text, Number(text)) : undefined
}

function checked(what: string, text: string, number: number): number {
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new TypeError(`${what} is \`${text}\`. Give a whole number that is not negative, or leave it out.`)
}

const TRUE = new Set(['true', '1', 'on', 'yes'])
const FALSE = new Set(['false', '0', 'off', 'no'])

/** `ENABLE_SYNC` is the older name; where both are set, `SYNC_ENABLED` counts. */
function isEnabledBy(environment: Environment): boolean {
  const variable = environment['SYNC_ENABLED'] ? 'SYNC_ENABLED' : 'ENABLE_SYNC'
  const text = environment[variable]?.trim().toLowerCase()
  if (!text || TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  throw new TypeError(
    `The environment’s ${variable} is \`${environment[variable]}\`. Give \`true\` or \`false\`, or leave it out: sync is on by default.`,
  )
}
