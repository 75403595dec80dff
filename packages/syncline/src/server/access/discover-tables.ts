/**
 * Finds the tables that access rules read, by asking every rule about invented users and reading its SQL.
 *
 *   A2 revoked  a change of one of these tables causes a re-check of the subscriptions that depend on it
 *
 * A rule may take another path for another user (`user.siteAdmin ? … : …`), so each is asked several times: with
 * users whose properties are all truthy, all missing, every mixture of them, and the words that stand in the rule itself.
 */
import { Sql } from '../../postgres/sql.ts'
import type { Logger } from '../logger.ts'
import type { CheckedAccess, ModelRules } from './check-access.ts'
import { columnsOf } from './columns-of.ts'
import type { RecordRule } from './declaration.ts'
import { probeUsers } from './probe-users.ts'
import { tablesInSql } from './tables-in-sql.ts'

/** Tables by model name: the model's own, those of its rules, and those of the records it borrows from. */
export function discoverTables(checked: CheckedAccess, log: Logger): ReadonlyMap<string, Set<string>> {
  const own = new Map([...checked.values()].map((rules) => [rules.model.name, ownTables(rules, log)]))
  return new Map([...checked.keys()].map((name) => [name, withBorrowed(name, checked, own)]))
}

function ownTables(rules: ModelRules, log: Logger): ReadonlySet<string> {
  const tables = new Set([rules.model.table, ...rules.dependsOn])
  const functions = new Set<string>()
  for (const text of ruleTexts(rules)) {
    const found = tablesInSql(text)
    for (const table of found.tables) tables.add(table)
    for (const name of found.functions) functions.add(name)
  }
  if (functions.size > 0 && rules.dependsOn.length === 0) warnOfFunctions(rules, functions, log)
  return tables
}

function warnOfFunctions(rules: ModelRules, functions: ReadonlySet<string>, log: Logger): void {
  const { name } = rules.model
  log.warn(
    { model: name, functions: [...functions] },
    `The access rule of \`${name}\` calls ${[...functions].map((known) => `\`${known}\``).join(', ')}, whose tables cannot be seen: a right lost there ends delivery only within 60 s. Name the tables that it reads: dependsOn: ['…'].`,
  )
}

function withBorrowed(
  name: string,
  checked: CheckedAccess,
  own: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const tables = new Set(own.get(name))
  for (const way of checked.get(name)?.ways ?? []) {
    for (const hop of way) tables.add(hop.target.table)
    const last = way[way.length - 1]
    if (last) for (const table of withBorrowed(last.target.name, checked, own)) tables.add(table)
  }
  return tables
}

/** Every SQL text that the rules of a model give, as far as invented users bring it out. */
export function ruleTexts(rules: ModelRules): ReadonlySet<string> {
  const declared = [rules.accessibleBy, rules.when, rules.deleteWhen, rules.create]
  return new Set(declared.flatMap((rule) => (rule ? [...textsOf(rule, rules, 'probe').keys()] : [])))
}

/**
 * Different SQL texts of a rule over all the invented users, each with one of its pieces; a rule that cannot cope with
 * one of them is asked about the next.
 */
export function textsOf(rule: RecordRule, rules: ModelRules, alias: string): ReadonlyMap<string, Sql> {
  const texts = new Map<string, Sql>()
  const record = columnsOf(rules.model, alias)
  for (const user of probeUsers(rule)) {
    try {
      const answer: unknown = rule(user, record)
      if (answer instanceof Sql) texts.set(answer.text(), answer)
    } catch {
      // An invented user need not suit the rule.
    }
  }
  return texts
}
