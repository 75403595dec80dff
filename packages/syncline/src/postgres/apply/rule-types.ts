/** The types of rules' values, found once per process: every connection of a database answers the same. */
import type { Model } from '../../schema/model.ts'
import type { Connection } from '../database.ts'
import { quoteIdentifier, type Sql } from '../sql.ts'
import { RECORD } from './prepare-op.ts'
import type { Shape } from './shape.ts'

/** Types of the rules' values: of `read`, of `when`, and of each target's rule. */
export interface RuleTypes {
  readonly read: readonly string[]
  readonly when: readonly string[]
  readonly targets: readonly (readonly string[])[]
}

/** Rules that build a new text for every user would fill it without end. */
const MAX_REMEMBERED = 10_000

export class RuleTypeFinder {
  readonly #known = new Map<string, readonly string[]>()
  #probes = 0

  /** Finds the types for a shape. Throws what PostgreSQL says about a rule that it does not understand. */
  async of(connection: Connection, { model, read, when, targets }: Shape): Promise<RuleTypes> {
    const found: (readonly string[])[] = []
    for (const target of targets) found.push(await this.#find(connection, target.model, target.read))
    return {
      read: await this.#find(connection, model, read),
      when: await this.#find(connection, model, when),
      targets: found,
    }
  }

  async #find(connection: Connection, model: Model, rule: Sql): Promise<readonly string[]> {
    if (rule.values.length === 0) return []
    const key = `${model.name}\u0000${rule.strings.join('\u0001')}`
    const known = this.#known.get(key)
    if (known) return known
    const types = await this.#ask(connection, model, rule)
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear()
    this.#known.set(key, types)
    return types
  }

  async #ask(connection: Connection, model: Model, rule: Sql): Promise<readonly string[]> {
    const probe = `syncline_probe_${this.#probes++}`
    const from = `${quoteIdentifier(model.table)} as ${quoteIdentifier(RECORD)}`
    await connection.query(`prepare ${probe} as select 1 from ${from} where (${rule.text()}\n)`)
    const [[row]] = (await connection.pipeline([
      {
        text: 'select parameter_types::text[] as types from pg_prepared_statements where name = $1',
        values: [probe],
      },
      { text: `deallocate ${probe}` },
    ])) as [{ types: string[] }[]]
    return row?.types ?? []
  }
}
