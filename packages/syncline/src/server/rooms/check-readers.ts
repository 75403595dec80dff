/** Asks the database which users may read one record, in one statement however many they are (A2). */
import type { Database, Parameter } from '../../postgres/database.ts'
import type { Rules } from '../../postgres/rules.ts'
import { quoteIdentifier } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Model } from '../../schema/model.ts'
import { askApart } from './ask-apart.ts'
import type { Readership } from './room.ts'

/** Conditions in one statement; a room with more different users is asked in several. */
const CONDITIONS_AT_ONCE = 500

/**
 * Finds which of the users may read the record now. Users whose rule is the same condition are asked about once; a
 * condition that fails in the database fails for its own users (W4).
 */
export async function checkReaders(
  database: Pick<Database, 'query'>,
  rules: Rules,
  model: Model,
  id: string,
  users: readonly User[],
): Promise<Readership> {
  const { answers, failed } = await askApart(groupByCondition(rules, model, users), {
    atOnce: CONDITIONS_AT_ONCE,
    textOf: ({ text }) => text(0),
    ask: (groups) => passing(database, model, id, groups),
  })
  return {
    readers: new Set(answers.flat().flatMap((group) => group.users)),
    failed: new Map([...failed].flatMap(([group, error]) => group.users.map((user) => [user, error]))),
  }
}

interface ConditionGroup {
  readonly users: User[]
  readonly text: (taken: number) => string
  readonly values: readonly Parameter[]
}

function groupByCondition(rules: Rules, model: Model, users: readonly User[]): ConditionGroup[] {
  const groups = new Map<string, ConditionGroup>()
  for (const user of users) {
    const condition = rules.read(model, user, 'sync_record')
    const key = conditionKey(condition.text(), condition.values)
    const group = groups.get(key)
    if (group) group.users.push(user)
    else groups.set(key, { users: [user], text: (taken) => condition.text(taken), values: condition.values })
  }
  return [...groups.values()]
}

/** Equal for conditions that PostgreSQL would answer alike. */
export function conditionKey(text: string, values: readonly Parameter[]): string {
  return JSON.stringify([text, values.map((value) => (typeof value === 'bigint' ? `${value}n` : value))])
}

async function passing(
  database: Pick<Database, 'query'>,
  model: Model,
  id: string,
  groups: readonly ConditionGroup[],
): Promise<ConditionGroup[]> {
  const values: Parameter[] = [id]
  const table = quoteIdentifier(model.table)
  const idColumn = quoteIdentifier(model.idColumn)
  const parts = groups.map((group, index) => {
    const condition = group.text(values.length)
    values.push(...group.values)
    return `select ${index} as n from ${table} as sync_record where sync_record.${idColumn} = $1 and (${condition})`
  })
  const rows = await database.query<{ n: number }>(parts.join('\nunion all\n'), values)
  return rows.map(({ n }) => groups[Number(n)] as ConditionGroup)
}
