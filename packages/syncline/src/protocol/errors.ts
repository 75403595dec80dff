/**
 * Every error that Syncline answers with: one table, and the class that carries it.
 *
 * The texts here say what a code means in general; a thrown or sent error names the case: fact, value, remedy.
 */

/**
 * What a client does about an error: `fix` is a mistake in the request, `wait` passes by itself (after
 * `retryAfterMs` when given), `reconnect` needs a new connection, `sign-in` new credentials, `update` a newer app,
 * `ask` a person's decision.
 */
export type Retry = 'fix' | 'wait' | 'reconnect' | 'sign-in' | 'update' | 'ask'

export interface ErrorEntry {
  /** HTTP status. */
  readonly status: number
  /** WebSocket close code, where the error ends a connection. */
  readonly close?: number
  readonly retry: Retry
  readonly text: string
}

export const ERRORS = {
  hello_first: {
    status: 400,
    close: 4000,
    retry: 'fix',
    text: 'A connection begins with `hello`. Send it first, within 10 seconds.',
  },
  unauthenticated: {
    status: 401,
    close: 4001,
    retry: 'sign-in',
    text: "Nobody is signed in: there was no token or session cookie, or it was refused. Send a valid one; the server's log says what was wrong with it.",
  },
  token_expired: {
    status: 401,
    close: 4002,
    retry: 'sign-in',
    text: 'The token has expired. Renew it with a `token` message before that, or connect with a new one.',
  },
  session_ended: {
    status: 401,
    close: 4003,
    retry: 'sign-in',
    text: 'The session was ended, by signing out or by an administrator. Sign in again.',
  },
  foreign_origin: {
    status: 403,
    close: 4004,
    retry: 'fix',
    text: 'A cookie authenticates only pages of an allowed origin. Add the origin to `origins`, or send a token.',
  },
  not_found: {
    status: 404,
    retry: 'fix',
    text: 'There is no such channel or record, or it is not yours: the two are the same answer. Check the name and the access rule.',
  },
  forbidden: {
    status: 403,
    retry: 'fix',
    text: 'You may read this record, but not write it so. Check the write rule of the model.',
  },
  invalid_message: {
    status: 400,
    retry: 'fix',
    text: 'The message is not one of the protocol. Correct what its text names.',
  },
  unknown_field: {
    status: 422,
    retry: 'fix',
    text: 'A field is not part of its model or message. Correct its name.',
  },
  invalid_value: { status: 422, retry: 'fix', text: 'A value does not fit its field. Correct it.' },
  protected_field: {
    status: 422,
    retry: 'fix',
    text: 'A field may not be written, so nothing of its op was. Leave it out, or list it in the write rule.',
  },
  duplicate_id: {
    status: 409,
    retry: 'fix',
    text: 'A record with this id exists already. Use a fresh id, or update the record.',
  },
  deleted: {
    status: 409,
    retry: 'ask',
    text: 'The record was deleted meanwhile. The server and the device keep what was written; there is no list to restore it from yet.',
  },
  constraint: {
    status: 409,
    retry: 'fix',
    text: 'The database refused the write: a unique, foreign-key, check or not-null constraint. Correct the values.',
  },
  changed: {
    status: 412,
    retry: 'ask',
    text: 'The record has changed since the version in `If-Match`. Read it again and decide.',
  },
  out_of_order: {
    status: 409,
    retry: 'wait',
    text: 'An op came before the one that precedes it, and changed nothing. Send again from the expected number.',
  },
  aborted: {
    status: 409,
    retry: 'fix',
    text: 'Another op of the same transaction was refused, so none of it was written. Correct that one.',
  },
  device_taken: {
    status: 409,
    close: 4010,
    retry: 'fix',
    text: 'The device id belongs to another user. Use a device id of its own for each user and open page.',
  },
  device_copied: {
    status: 409,
    close: 4011,
    retry: 'ask',
    text: 'The device is a copy of another: both used one id. It takes a new id; its unsent ops wait for a decision.',
  },
  schema_too_old: {
    status: 409,
    retry: 'update',
    text: "The app's schema is older than the server's. Ops are still accepted and the cache stays readable; update the app to join.",
  },
  split_transaction: {
    status: 400,
    retry: 'fix',
    text: 'A push ends inside a transaction. Send all ops of a transaction in one push.',
  },
  too_large: {
    status: 413,
    close: 1009,
    retry: 'fix',
    text: 'A message is larger than 1 MiB, or holds more than a limit allows. Send it in parts.',
  },
  rate_limited: {
    status: 429,
    retry: 'wait',
    text: 'Too many requests. Try again after `retryAfterMs`; nothing was changed.',
  },
  too_many_channels: {
    status: 429,
    retry: 'fix',
    text: 'The connection has joined as many channels as it may. Leave one first.',
  },
  too_many_connections: {
    status: 429,
    close: 4012,
    retry: 'wait',
    text: 'The user has as many connections as the server allows. Close one, or wait.',
  },
  slow_consumer: {
    status: 503,
    close: 4013,
    retry: 'reconnect',
    text: 'The connection read too slowly and was closed. Connect again: it continues from its cursor.',
  },
  timeout: {
    status: 503,
    close: 4014,
    retry: 'reconnect',
    text: 'The connection was silent for too long. Connect again, and ping when idle.',
  },
  restart: {
    status: 503,
    close: 1012,
    retry: 'reconnect',
    text: 'The server restarts. Connect again after `afterMs`.',
  },
  disabled: {
    status: 503,
    close: 4015,
    retry: 'fix',
    text: 'Synchronisation is turned off. The page works on without it; do not connect again.',
  },
  unavailable: {
    status: 503,
    close: 1013,
    retry: 'wait',
    text: 'The database cannot be reached, or the server is starting. Try again; nothing was lost.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export type ErrorCode = keyof typeof ERRORS

/** Looks an error up by a code that came over the wire; undefined for a code of a newer version. */
export function errorEntry(code: string): ErrorEntry | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined
}

export interface ErrorDetails {
  readonly field?: string
  readonly channel?: string
  /** Number of the op concerned. */
  readonly n?: number
  /** How many writes would be lost. */
  readonly unsent?: number
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** The one class of errors: a stable code of the table, and a message that says fact, value and remedy. */
export class SynclineError extends Error {
  override readonly name = 'SynclineError'
  readonly code: ErrorCode
  // Only those that are given are there.
  declare readonly field: string | undefined
  declare readonly channel: string | undefined
  declare readonly n: number | undefined
  declare readonly unsent: number | undefined
  declare readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details)
    this.code = code
    Object.assign(this, details)
  }
}
