/** Finds the table that says who belongs to what, for the first access rule: `team_members (team_id, user_id)`. */
import type { Catalog } from './catalog.ts'
import { snakeWords } from './code-name.ts'
import type { MembershipPlan, ModelPlan } from './plan.ts'
import { quotedIfNeeded, sqlName } from './table-name.ts'

const USERS = /^(user|member|person|profile|employee)_(id|uuid)$/

/** The first table that refers to the room's record and names a user; whether or not it is a model. */
export function findMembership({ tables }: Catalog, root: ModelPlan | undefined): MembershipPlan | undefined {
  for (const table of root === undefined ? [] : tables) {
    const key = table.foreignKeys.find(
      ({ schema, table: name, columns }) =>
        schema === root?.source.schema && name === root.source.name && columns.length === 1,
    )
    const user = table.columns.find(({ name }) => USERS.test(snakeWords(name)))
    if (key === undefined || user === undefined || table.name === root?.source.name) continue
    return {
      table: sqlName(table),
      room: quotedIfNeeded(key.columns[0] as string),
      user: quotedIfNeeded(user.name),
    }
  }
  return undefined
}
