/**
 * Calls a rule of the application's. Whatever goes wrong in it refuses, and is reported.
 *
 *   A1 closed   without a user, after an exception, or with an answer that is none, nobody may
 */
import { Sql, sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Logger } from '../logger.ts'

/** Where a rule stands in the declaration: `account.accessibleBy`. */
export type RulePlace = string

/** Whether there is somebody to ask rules about. */
export function isUser(user: unknown): user is User {
  const id = (user as User | null | undefined)?.id
  return typeof id === 'string' && id !== ''
}

/** The rule's condition, or `sql.none` when it has no sound answer. */
export function callRule(place: RulePlace, log: Logger, rule: () => unknown): Sql {
  try {
    return conditionOf(rule(), place, log)
  } catch (error) {
    log.error(
      { rule: place, error: messageOf(error) },
      `Access rule \`${place}\` threw, so the request was refused. Correct the rule: it must return SQL or a boolean for every user.`,
    )
    return sql.none
  }
}

function conditionOf(answer: unknown, place: RulePlace, log: Logger): Sql {
  if (answer instanceof Sql) return answer
  if (typeof answer === 'boolean') return answer ? sql.all : sql.none
  log.error(
    { rule: place, returned: kindOf(answer) },
    `Access rule \`${place}\` returned ${kindOf(answer)}, so the request was refused. Return sql\`…\`, true or false; rules cannot be async.`,
  )
  return sql.none
}

function kindOf(answer: unknown): string {
  if (answer === null) return 'null'
  if (answer instanceof Promise) return 'a promise'
  return typeof answer === 'object' ? 'an object' : `a value of type ${typeof answer}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
