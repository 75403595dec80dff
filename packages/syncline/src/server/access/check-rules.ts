/**
 * Asks the database whether it understands the access rules, before a server starts with them.
 *
 * A rule that names a missing table or column would start well and then leave every room unanswered. Each text that
 * invented users bring out of a rule is planned, never executed.
 */
import type { Database } from '../../postgres/database.ts'
import { quoteIdentifier, type Sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import { checkAccess, type ModelRules } from './check-access.ts'
import type { Access, AccessDeclaration, RecordRule } from './declaration.ts'
import { textsOf } from './discover-tables.ts'

/** An access rule that PostgreSQL does not understand. */
export interface RuleFault {
  /** Where the rule stands: `camera.accessibleBy`. */
  readonly rule: string
  /** Fact, value and remedy. */
  readonly message: string
  /** True when no user can pass the rule's SQL; false when only some of its branches fail. */
  readonly isCertain: boolean
}

/** Thrown at start when rules cannot work with this database; nothing was started. */
export class RulesRefused extends Error {
  override readonly name = 'RulesRefused'
  declare readonly faults: readonly RuleFault[]

  constructor(faults: readonly RuleFault[]) {
    super(
      `Access rules do not fit the database, and nothing was started:\n${faults.map(({ message }) => `  - ${message}`).join('\n')}`,
    )
    // Not enumerable: Node would print its texts a second time below the message.
    Object.defineProperty(this, 'faults', { value: faults })
  }
}

/** Under which the record stands in the statements here. */
const ALIAS = 'sync_record'

/** Finds the rules whose SQL the database refuses to plan; an empty list when all is well. */
export async function findRuleFaults<S extends Schema, U extends User>(
  database: Pick<Database, 'query'>,
  schema: S,
  access: Access<S, U>,
): Promise<RuleFault[]> {
  const checked = checkAccess(schema, access as unknown as AccessDeclaration)
  const asked = [...checked.values()].flatMap((rules) =>
    namedRules(rules).map(([name, rule]) => faultOf(database, rules, name, rule)),
  )
  return (await Promise.all(asked)).filter((fault) => fault !== undefined)
}

function namedRules(rules: ModelRules): [string, RecordRule][] {
  const named: [string, RecordRule | undefined][] = [
    ['accessibleBy', rules.accessibleBy],
    ['create', rules.create],
    ['write.when', rules.when],
    ['write.delete', rules.deleteWhen],
  ]
  return named.filter((entry): entry is [string, RecordRule] => entry[1] !== undefined)
}

async function faultOf(
  database: Pick<Database, 'query'>,
  rules: ModelRules,
  name: string,
  rule: RecordRule,
): Promise<RuleFault | undefined> {
  const conditions = [...textsOf(rule, rules, ALIAS).values()]
  const answers = await Promise.all(
    conditions.map((condition) => problemWith(database, rules.model.table, condition)),
  )
  const problem = answers.find((answer) => answer !== undefined)
  if (problem === undefined) return undefined
  const place = `${rules.model.name}.${name}`
  return {
    rule: place,
    isCertain: answers.every((answer) => answer !== undefined) || NAMES_NOTHING.has(problem.code),
    message: `Access rule \`${place}\` is not understood by the database: ${problem.text}. Its SQL: \`${problem.sql}\`. Correct the rule, or make what it names, and start again.`,
  }
}

interface Problem {
  readonly code: string
  readonly text: string
  readonly sql: string
}

/** undefined_table, undefined_column, invalid_schema_name: no branch may name what is not there. */
const NAMES_NOTHING = new Set(['42P01', '42703', '3F000'])

/** Values of invented users may stand in a text as names; what the database says of those tells nothing. */
const IS_INVENTED = /\bprobe\b/

async function problemWith(
  database: Pick<Database, 'query'>,
  table: string,
  condition: Sql,
): Promise<Problem | undefined> {
  const text = condition.text()
  try {
    // Planned like the real statement, with parameters of unknown type; `limit 0` reads nothing.
    await database.query(
      `select 1 from ${quoteIdentifier(table)} as ${quoteIdentifier(ALIAS)} where (${text}\n) limit 0`,
      condition.values.map(() => null),
    )
    return undefined
  } catch (error) {
    const { code = '', message = String(error) } = error as { code?: string; message?: string }
    // Class 42 is what a statement says; anything else (a lost connection) is not the rule's fault.
    if (code !== '3F000' && !code.startsWith('42')) throw error
    return IS_INVENTED.test(message) ? undefined : { code, text: message, sql: text }
  }
}
