/**
 * Whether a user may subscribe to a channel, and which rule decided: for whoever develops, never for a client (A3).
 *
 * Flow: the name → the model → the id → is sync on → the rule of `:all`, or the record and its reading rules one by one.
 */
import type { Database, Parameter } from '../../postgres/database.ts'
import type { ReadingRule, Rules } from '../../postgres/rules.ts'
import { quoteIdentifier, sql } from '../../postgres/sql.ts'
import { parseChannel } from '../../protocol/channel.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { findMarkerTarget } from '../channel-target.ts'
import type { Ids } from '../ids/ids.ts'

/** Why a user may, or may not, subscribe. */
export interface ReadingExplanation {
  readonly mayRead: boolean
  /** What decided: `access.account.accessibleBy`, or the step before any rule: `name`, `model`, `collection`, `id`, `record`, `enabled`. */
  readonly rule: string
  /** Fact, value, remedy. */
  readonly because: string
}

export interface ReadingContext {
  readonly schema: CompiledSchema
  readonly ids: Ids
  readonly rules: Rules
  readonly database: Pick<Database, 'query'>
  isEnabled(user: User): boolean
}

export async function explainReading(
  context: ReadingContext,
  user: User,
  channel: string,
): Promise<ReadingExplanation> {
  const { schema } = context
  const target = findMarkerTarget(schema, context.ids, channel)
  if (!target) return misnamed(context, channel)
  if (!context.isEnabled(user)) {
    return no(
      'enabled',
      `Sync is turned off for user \`${user.id}\`. Look at SYNC_ENABLED, and at \`enabled\` of createSync.`,
    )
  }
  switch (target.kind) {
    case 'mine':
      return yes('name', `\`${channel}\` is the list of what is the user’s own; everybody has one.`)
    case 'all':
      return explainAll(context, user, target.model)
    default:
      return explainRecord(context, user, target.model, target.id)
  }
}

function misnamed({ schema, ids }: ReadingContext, name: string): ReadingExplanation {
  const channel = parseChannel(name)
  if (!channel) {
    return no(
      'name',
      `\`${name}\` is not a channel’s name. Write \`Account:{id}\`, \`Account:all\`, \`Account:mine\` or \`Account:{id}/account_users\`, ids percent-encoded.`,
    )
  }
  const model = schema.byChannel[channel.model]
  if (!model) {
    return no(
      'model',
      `The schema has no model \`${channel.model}\`.${suggestion(channel.model, Object.keys(schema.byChannel), 'Its models are')}`,
    )
  }
  if (channel.form === 'collection' && findMarkerTarget(schema, ids, `${name.slice(0, name.indexOf('/'))}`)) {
    return no(
      'collection',
      `\`${model.name}\` has no collection \`${channel.collection}\`. Name a relation to many, its table, or a table that broadcasts to \`${model.name}\`: add \`broadcastsTo: ['${model.name}']\` to its model.`,
    )
  }
  return no(
    'id',
    `The id of \`${name}\` cannot be one of \`${model.name}\`, whose ids are ${idsOf(model)}. Give the id as pages have it.`,
  )
}

function idsOf({ idType, ids }: Model): string {
  return ids === 'obfuscated'
    ? 'obfuscated by the secret of the server (SYNCLINE_SECRET, or `ids` of createSync)'
    : `of type ${idType}`
}

function explainAll({ rules }: ReadingContext, user: User, model: Model): ReadingExplanation {
  const rule = `access.${model.name}.all`
  if (rules.all(model, user)) return yes(rule, `\`${rule}\` lets user \`${user.id}\` read every record.`)
  return no(
    rule,
    `\`${rule}\` is missing, or did not return true for user \`${user.id}\`. Add all: (user) => user.siteAdmin === true, or whoever may see them all.`,
  )
}

async function explainRecord(
  context: ReadingContext,
  user: User,
  model: Model,
  id: string,
): Promise<ReadingExplanation> {
  const rules = context.rules.readingRules(model)
  if (rules.length === 0) {
    return no(
      `access.${model.name}`,
      `\`${model.name}\` has no reading rule, so nobody reads it. Add \`accessibleBy\` to \`access.${model.name}\`, or through(reference).`,
    )
  }
  const found = await holding(context, user, model, id, rules)
  if (!found) {
    return no(
      'record',
      `Table \`${model.table}\` has no record with id \`${id}\`. To clients that is the same as "not yours".`,
    )
  }
  const allowing = rules.find((_, index) => found.has(index))
  if (allowing)
    return yes(allowing.name, `\`${allowing.name}\` holds for record \`${id}\` and user \`${user.id}\`.`)
  const names = rules.map(({ name }) => `\`${name}\``).join(' nor ')
  return no(
    rules.map(({ name }) => name).join(', '),
    `${rules.length > 1 ? 'Neither ' : ''}${names} ${rules.length > 1 ? 'holds' : 'does not hold'} for record \`${id}\` and user \`${user.id}\`: ${conditionsText(rules, user)}. Look at the rows that it reads, and at what \`authenticate\` gives the user.`,
  )
}

/** Numbers of the rules that hold; null when there is no record. */
async function holding(
  { database }: ReadingContext,
  user: User,
  model: Model,
  id: string,
  rules: readonly ReadingRule[],
): Promise<ReadonlySet<number> | null> {
  const values: Parameter[] = [id]
  const columns = rules.map((rule, index) => {
    const condition = rule.condition(user, 'sync_record')
    const text = condition.text(values.length)
    values.push(...condition.values)
    return `coalesce((${text}\n), false) as r${index}`
  })
  const [row] = await database.query<Record<string, boolean>>(
    `select ${columns.join(', ')} from ${quoteIdentifier(model.table)} as sync_record where sync_record.${quoteIdentifier(model.idColumn)} = $1`,
    values,
  )
  return row ? new Set(rules.flatMap((_, index) => (row[`r${index}`] ? [index] : []))) : null
}

function conditionsText(rules: readonly ReadingRule[], user: User): string {
  return rules
    .map((rule) => {
      const condition = rule.condition(user, SHOWN_ALIAS)
      if (condition === sql.none) return 'it answered false'
      return `\`${condition.text().replaceAll(/\s+/g, ' ').trim()}\` with ${JSON.stringify(condition.values.map(String))}`
    })
    .join('; ')
}

/** Under which the record stands in the text that is shown. */
const SHOWN_ALIAS = 'record'

function yes(rule: string, because: string): ReadingExplanation {
  return { mayRead: true, rule, because }
}

function no(rule: string, because: string): ReadingExplanation {
  return { mayRead: false, rule, because }
}
