/**
 * The longest that one statement may take on the server, so that an access rule that never ends gives its connection back.
 *
 * Set once per connection. Transactions lift it in the message that begins them, unless they read for users.
 */

/** 30 s: a rule that takes a second makes everybody wait already. */
export const STATEMENT_LIMIT_MS = 30_000

/** Loads read whole rooms: they may take so many times as long. */
const LOADS_TAKE = 10

/** For a new session. A limit of the role or of the connection string is somebody's choice, and stays. */
export function limitStatements(limitMs: number): string {
  return `select set_config('statement_timeout', '${limitMs}', false) where current_setting('statement_timeout') = '0'`
}

/** Within a transaction: as long as the role may. */
export const LIFT_LIMIT = 'set local statement_timeout to default'

/** Within a transaction that keeps the limit, before a load and after it. */
export const LENGTHEN_LIMIT = scaled(`* ${LOADS_TAKE}`)
export const RESTORE_LIMIT = scaled(`/ ${LOADS_TAKE}`)

/** `current_setting` says `30s` or `5min`. */
function scaled(by: string): string {
  return `select set_config('statement_timeout',
    least(extract(epoch from current_setting('statement_timeout')::interval) * 1000 ${by}, 2147483647)::integer::text, true)`
}

/** The same error, saying what was done about which statement. */
export function namingLimit(error: unknown): unknown {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === '57014' && error instanceof Error && /statement timeout/.test(String(message))) {
    error.message +=
      '. A statement took longer than it may (`statementTimeoutMs` of `postgres(…)`, or `statement_timeout` of the role): an access rule that never ends, that needs an index, or that waits for a lock. Correct it, or raise the limit.'
  }
  return error
}
