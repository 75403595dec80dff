/**
 * Compiles an access declaration to the conditions that snapshots, writes and joins put into their statements.
 *
 *   A1 closed   what no rule allows, nobody may; a rule is never called without a user
 *   A2 revoked  every rule names the tables that it reads, so that their changes cause a re-check
 *   A4 whole    an action may name the declared fields only
 *
 * A record is readable by its own rule, or through the record that it borrows from, or through the rooms it belongs
 * to, or, for a shared model, by whoever passes `all`.
 */
import type { ReadingRule, Rules, WriteRule } from '../../postgres/rules.ts'
import { type Sql, quoteIdentifier, sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import type { Model } from '../../schema/model.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { callRule, isUser } from './call-rule.ts'
import { type CheckedAccess, type ModelRules, type Way, checkAccess } from './check-access.ts'
import { columnsOf } from './columns-of.ts'
import type { Access, AccessDeclaration, RecordRule } from './declaration.ts'
import { discoverTables } from './discover-tables.ts'
import { hidesAlias } from './hides-alias.ts'
import { tablesInSql } from './tables-in-sql.ts'

/** Different rule texts are few; a rule that builds a new one for every user is read again each time. */
const REMEMBERED_TEXTS = 10_000

/** Compiles the declaration; throws a `TypeError` that names the first mistake in it. */
export function compileAccess<S extends Schema, U extends User>(
  schema: S,
  access: Access<S, U>,
  log?: Logger,
): Rules
export function compileAccess<U extends User>(
  schema: Schema,
  access: AccessDeclaration<U>,
  log?: Logger,
): Rules
export function compileAccess(schema: Schema, access: object, log: Logger = silentLogger): Rules {
  const checked = checkAccess(schema, access as AccessDeclaration)
  return new CompiledRules(checked, discoverTables(checked, log), log)
}

class CompiledRules implements Rules {
  readonly #checked: CheckedAccess
  readonly #tables: ReadonlyMap<string, Set<string>>
  readonly #log: Logger
  /** By text: whether the condition may be used. */
  readonly #judgedTexts = new Map<string, boolean>()

  constructor(checked: CheckedAccess, tables: ReadonlyMap<string, Set<string>>, log: Logger) {
    this.#checked = checked
    this.#tables = tables
    this.#log = log
  }

  read(model: Model, user: User, alias: string): Sql {
    const rules = this.#checked.get(model.name)
    return rules && isUser(user) ? this.#read(rules, user, alias, 1) : sql.none
  }

  isReadThrough(model: Model, column: string, parent: Model): boolean {
    const ways = this.#checked.get(model.name)?.ways ?? []
    return ways.some(
      ([hop, ...further]) => further.length === 0 && hop.column === column && hop.target.name === parent.name,
    )
  }

  readingRules(model: Model): readonly ReadingRule[] {
    const rules = this.#checked.get(model.name)
    if (!rules) return []
    const { accessibleBy, ways, all } = rules
    const place = `access.${model.name}`
    return [
      ...(model.shared && all
        ? [{ name: `${place}.all`, condition: (user: User) => (this.#all(rules, user) ? sql.all : sql.none) }]
        : []),
      ...(accessibleBy
        ? [
            {
              name: `${place}.accessibleBy`,
              condition: (user: User, alias: string) =>
                this.#ask(rules, 'accessibleBy', accessibleBy, user, alias),
            },
          ]
        : []),
      ...ways.map((way) => ({
        name: this.#nameOf(way),
        condition: (user: User, alias: string) =>
          along(way, alias, 1, (target, at) => this.#readTarget(target, user, at, 1 + way.length)),
      })),
    ]
  }

  /** A way by the rules that it ends at, and the columns that lead there. */
  #nameOf(way: Way): string {
    const { target } = way[way.length - 1] as Way[0]
    const names = this.readingRules(target).map(({ name }) => name)
    const rules = names.length === 0 ? `access.${target.name}, which has no reading rule` : names.join(' or ')
    return `${rules} (by ${way.map(({ column }) => `\`${column}\``).join(', ')})`
  }

  write(model: Model, action: 'create' | 'update' | 'delete', user: User, alias: string): WriteRule | null {
    const rules = this.#checked.get(model.name)
    const fields = rules?.writable[action]
    if (!rules || !fields || !isUser(user)) return null
    if (action === 'create' && rules.create) {
      return { fields, when: this.#ask(rules, 'create', rules.create, user, alias), insteadOfRead: true }
    }
    const when = this.#when(rules, user, alias, 1)
    if (action !== 'delete' || !rules.deleteWhen) return { fields, when }
    return { fields, when: allOf([when, this.#ask(rules, 'write.delete', rules.deleteWhen, user, alias)]) }
  }

  all(model: Model, user: User): boolean {
    const rules = this.#checked.get(model.name)
    return rules && isUser(user) ? this.#all(rules, user) : false
  }

  dependencies(model: Model): ReadonlySet<string> {
    return this.#tables.get(model.name) ?? new Set([model.table])
  }

  #read(rules: ModelRules, user: User, alias: string, depth: number): Sql {
    const { accessibleBy, ways } = rules
    return anyOf([
      rules.model.shared && this.#all(rules, user) ? sql.all : sql.none,
      accessibleBy ? this.#ask(rules, 'accessibleBy', accessibleBy, user, alias) : sql.none,
      ...ways.map((way) =>
        along(way, alias, depth, (target, at) => this.#readTarget(target, user, at, depth + way.length)),
      ),
    ])
  }

  #readTarget(target: Model, user: User, alias: string, depth: number): Sql {
    return this.#read(this.#checked.get(target.name) as ModelRules, user, alias, depth)
  }

  /** The condition for writing: the model's own, and that of the record it borrows from. */
  #when(rules: ModelRules, user: User, alias: string, depth: number): Sql {
    const own = rules.when ? this.#ask(rules, 'write.when', rules.when, user, alias) : sql.all
    if (rules.accessibleBy || rules.ways.length === 0) return own
    const borrowed = rules.ways.map((way) => this.#whenAlong(way, user, alias, depth))
    return allOf([own, anyOf(borrowed)])
  }

  #whenAlong(way: Way, user: User, alias: string, depth: number): Sql {
    const target = this.#checked.get((way[way.length - 1] as Way[0]).target.name) as ModelRules
    if (!this.#hasCondition(target)) return sql.all
    return along(way, alias, depth, (model, at) =>
      allOf([
        this.#readTarget(model, user, at, depth + way.length),
        this.#when(target, user, at, depth + way.length),
      ]),
    )
  }

  #hasCondition(rules: ModelRules): boolean {
    if (rules.when) return true
    if (rules.accessibleBy) return false
    return rules.ways.some((way) =>
      this.#hasCondition(this.#checked.get((way[way.length - 1] as Way[0]).target.name) as ModelRules),
    )
  }

  #all(rules: ModelRules, user: User): boolean {
    const { all, model } = rules
    if (!all) return false
    return callRule(`${model.name}.all`, this.#log, () => all(user as never) === true) === sql.all
  }

  #ask(rules: ModelRules, name: string, rule: RecordRule, user: User, alias: string): Sql {
    const place = `${rules.model.name}.${name}`
    const condition = callRule(place, this.#log, () => rule(user, columnsOf(rules.model, alias)))
    if (condition === sql.all || condition === sql.none) return condition
    const text = condition.text()
    const judged = this.#judgedTexts.get(text) ?? this.#judge(rules.model, place, text, alias)
    return judged ? condition : sql.none
  }

  #judge(model: Model, place: string, text: string, alias: string): boolean {
    if (this.#judgedTexts.size >= REMEMBERED_TEXTS) this.#judgedTexts.clear()
    const isSound = !hidesAlias(text, alias)
    this.#judgedTexts.set(text, isSound)
    if (isSound) this.#noticeTables(model, place, text)
    else {
      this.#log.error(
        { rule: place, alias },
        `Access rule \`${place}\` uses the alias \`${alias}\`, under which the record itself stands, so the request was refused. Give the table in the rule another alias.`,
      )
    }
    return isSound
  }

  /** A2: a table that no probe of the rule has shown has no trigger, so its changes would not end a subscription at once. */
  #noticeTables(model: Model, place: string, text: string): void {
    const known = this.#tables.get(model.name) as Set<string>
    const missed = [...tablesInSql(text).tables].filter((table) => !known.has(table))
    if (missed.length === 0) return
    for (const table of missed) known.add(table)
    const names = missed.map((table) => `\`${table}\``).join(', ')
    const remedy = missed.map((table) => `'${table}'`).join(', ')
    this.#log.error(
      { rule: place, tables: missed },
      `Access rule \`${place}\` reads ${names}, which was not found when it was compiled: until that table has a trigger, a right lost there ends delivery only within 60 s. Add dependsOn: [${remedy}] to \`access.${model.name}\` and run \`syncline migrate\`.`,
    )
  }
}

/** `exists (…)` over the records that the references lead to, with `condition` on the last. */
function along(
  way: Way,
  alias: string,
  depth: number,
  condition: (target: Model, alias: string) => Sql,
): Sql {
  const [hop, ...rest] = way
  const at = `sync_${depth}`
  const [next, ...further] = rest
  const inner = next ? along([next, ...further], at, depth + 1, condition) : condition(hop.target, at)
  if (inner === sql.none) return sql.none
  const { target } = hop
  return sql`exists (select 1 from ${sql.identifier(target.table)} ${sql.identifier(at)} where ${sql.raw(`${quoteIdentifier(at)}.${quoteIdentifier(target.idColumn)}`)} = ${sql.raw(`${quoteIdentifier(alias)}.${quoteIdentifier(hop.column)}`)}${inner === sql.all ? sql.raw('') : sql` and ${enclosed(inner)}`})`
}

function anyOf(conditions: readonly Sql[]): Sql {
  if (conditions.includes(sql.all)) return sql.all
  const open = conditions.filter((condition) => condition !== sql.none)
  return open.length === 0
    ? sql.none
    : open.length === 1
      ? (open[0] as Sql)
      : enclosed(sql.join(open.map(enclosed), ' or '))
}

function allOf(conditions: readonly Sql[]): Sql {
  if (conditions.includes(sql.none)) return sql.none
  const open = conditions.filter((condition) => condition !== sql.all)
  return open.length === 0
    ? sql.all
    : open.length === 1
      ? (open[0] as Sql)
      : enclosed(sql.join(open.map(enclosed), ' and '))
}

/** The line break ends a comment that the rule's text may close with. */
function enclosed(condition: Sql): Sql {
  return sql`(${condition}${sql.raw(condition.strings.some((part) => part.includes('--')) ? '\n' : '')})`
}
