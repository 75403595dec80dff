/**
 * Which of some records a user may see at this moment: those that are there, and those that were deleted as they were
 * when they went.
 */
import { goneRecord } from '../../postgres/apply/gone-record.ts'
import { idTypeOf } from '../../postgres/apply/shape-strings.ts'
import type { Database, Parameter } from '../../postgres/database.ts'
import type { Rules } from '../../postgres/rules.ts'
import { quoteIdentifier } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import { checkId } from '../../schema/check-id.ts'
import type { Model } from '../../schema/model.ts'
import { askApart } from '../rooms/ask-apart.ts'

/** Who asks, and of what model. */
export interface Sight {
  readonly database: Pick<Database, 'query'>
  readonly rules: Rules
  readonly user: User
  readonly model: Model
}

/** `unknown`: it is not there, and the log no longer says what it was. */
export type Visibility = 'seen' | 'hidden' | 'unknown'

interface Found {
  readonly id: string
  readonly may_read: boolean
}

const RECORD = 'sync_record'

/** What the user may see of these records; an id that none can have is `unknown`. Where the rule fails, nothing. */
export async function seenRecords(
  sight: Sight,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Visibility>> {
  const possible = ids.filter((id) => typeof checkId(sight.model, id) === 'string')
  const found = new Map<string, Visibility>()
  const find = async (ask: Ask) => {
    const left = possible.filter((id) => !found.has(id))
    for (const { id, may_read } of await answers(ask, sight, left))
      found.set(id, may_read ? 'seen' : 'hidden')
  }
  await find(askPresent)
  await find(askGone)
  return new Map(ids.map((id) => [id, found.get(id) ?? 'unknown']))
}

type Ask = (sight: Sight, ids: readonly string[]) => Promise<Found[]>

/** Apart where they cannot be asked about together: a record of another declaration hides none of the others (W4). */
async function answers(ask: Ask, sight: Sight, ids: readonly string[]): Promise<Found[]> {
  if (ids.length === 0) return []
  const found = await askApart(ids, {
    atOnce: ids.length,
    // The rule and the table are the same for all.
    textOf: () => '',
    ask: (some) => ask(sight, some),
  })
  return [...found.answers.flat(), ...[...found.failed.keys()].map((id) => ({ id, may_read: false }))]
}

function askPresent(sight: Sight, ids: readonly string[]): Promise<Found[]> {
  const { model, database } = sight
  const { condition, values } = readRule(sight, [ids])
  const id = `${RECORD}.${quoteIdentifier(model.idColumn)}`
  return database.query<Found>(
    `select ${id}::text as id, (${condition}) is true as may_read
       from ${quoteIdentifier(model.table)} as ${RECORD} where ${id} = any ($1)`,
    values,
  )
}

function askGone(sight: Sight, ids: readonly string[]): Promise<Found[]> {
  const { model, database } = sight
  const { condition, values } = readRule(sight, [model.name, ids])
  return database.query<Found>(
    `select gone.id, (${condition}) is true as may_read
       from (select distinct on (l.id) l.id, l.before from syncline.log as l
              where l.model = $1 and l.id = any ($2) and l.action = 'delete' order by l.id, l.version desc) as gone
       cross join lateral (${goneRecord(model, `gone.id::${idTypeOf({ model })}`, 'gone.before')}) as ${RECORD}`,
    values,
  )
}

function readRule({ rules, model, user }: Sight, taken: readonly Parameter[]) {
  const rule = rules.read(model, user, RECORD)
  return { condition: rule.text(taken.length), values: [...taken, ...rule.values] }
}
