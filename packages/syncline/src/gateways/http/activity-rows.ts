/**
 * Which rows of the log are the activity of a channel, as a select.
 *
 *   Production:7, Lens:all    what was logged for it
 *   Production:7/cameras      of that, the model's; elsewhere, what became of the records that are in the collection or
 *                             were deleted in it, each since it came into it
 *   Production:mine           what became of the root records that the user may read
 *   User:7                    what became of the record of the user, if users are records
 *
 *   A1 closed   what a record was before it came here, whoever reads this need not have read; rules hold for what a
 *               list shows, in the snapshot that the rows are read from
 */
import { RECORD } from '../../postgres/log/snapshot.ts'
import { type Sql, sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Model } from '../../schema/model.ts'
import type { ChannelTarget } from '../../server/channel-target.ts'
import type { Core } from '../../server/core.ts'
import { defineView, type ViewDefinition } from '../../server/views/view-definition.ts'

type Collection = Extract<ChannelTarget, { readonly kind: 'collection' }>

/** A select of `at, model, id, action, fields, before, version, actor, source, seq`; null where nothing is ever logged. */
export function activityRows(core: Core, target: ChannelTarget, channel: string, user: User): Sql | null {
  const { schema, rules } = core
  if (target.kind === 'room') return ofRoom(target.model, target.id)
  if (target.kind === 'all') return ofRoom(target.model, 'all')
  if (target.kind === 'user') return ofUser(core, target.id, user)
  const definition = defineView(schema, rules, target, channel, user)
  if (!definition) return null
  const { model } = definition
  if (target.kind === 'mine')
    return sql`${ofModel(model)} and id in (${idsOf(definition)}) and room = ${`${model.channel}:`} || id`
  if (isLoggedFor(target, model)) return sql`${ofRoom(target.model, target.id)} and model = ${model.name}`
  const { through = '' } = target.relation
  const link = schema.models[through]
  return link ? ofLinked(target, definition, link) : ofNaming(target, definition)
}

const ROWS = sql.raw(`select at, model, id, action, fields,
  case when action <> 'enter' then before end as before, version, actor, source, seq from syncline.log`)

function ofRoom({ channel }: Model, id: string): Sql {
  return sql`${ROWS} where room = ${`${channel}:${id}`} and model not like '@%'`
}

function ofModel({ name }: Model): Sql {
  return sql`${ROWS} where model = ${name}`
}

function idsOf({ model, condition }: Pick<ViewDefinition, 'model' | 'condition'>): Sql {
  return sql`select ${sql.identifier(`${RECORD}.${model.idColumn}`)}::text as id
    from ${sql.identifier(model.table)} as ${sql.raw(RECORD)} where (${condition}
)`
}

function ofUser({ schema, rules }: Core, id: string, user: User): Sql | null {
  const model = schema.byChannel['User']
  if (!model) return null
  const own = sql`${sql.identifier(`${RECORD}.${model.idColumn}`)}::text = ${id} and (${rules.read(model, user, RECORD)}
)`
  const spans = sql`select id, 0 as since, ${LAST} as until from (${idsOf({ model, condition: own })}) as own`
  return ofSpans(model, spans, sql`false`)
}

const LAST = sql.raw('2147483647')

/** Whether the log has a room for what stands in the collection. */
function isLoggedFor({ model: parent, relation }: Collection, { rooms }: Model): boolean {
  if (relation.through !== undefined) return false
  return rooms.some(({ root, path, column }) => {
    const [field] = path.length === 1 ? path : [column]
    return root === parent.name && relation.field === field
  })
}

/** The records of a collection, and those deleted in it, since they named the parent. */
function ofNaming({ id, relation: { field } }: Collection, definition: ViewDefinition): Sql {
  const { model } = definition
  // What was deleted cannot be asked about by a rule of its own: then it is left out.
  const gone = definition.isReadWithParent
    ? sql`union select id, version from syncline.log
        where model = ${model.name} and action = 'delete' and before ->> ${field} = ${id}`
    : sql``
  const spans = sql`select id, until, coalesce((select max(version) from syncline.log
      where model = ${model.name} and id = there.id and version < until and ${hasCome([field])}), 0) as since
    from (select id, ${LAST} as until from (${idsOf(definition)}) as shown ${gone}) as there`
  return ofSpans(model, spans, sql`version = since and action <> 'create'`)
}

/** The records that another record links to the parent, since it does. */
function ofLinked({ id, relation }: Collection, definition: ViewDefinition, through: Model): Sql {
  const { model } = definition
  const { field, targetField = '' } = relation
  const column = (name: string) => sql.identifier(`link.${through.fields[name]?.column ?? name}`)
  const spans = sql`select shown.id, ${LAST} as until, coalesce((select max(version) + 1 from syncline.log
      where model = ${model.name} and id = shown.id and log.at < linked.at), 0) as since
    from (${idsOf(definition)}) as shown left join (select ${column(targetField)}::text as id, max(log.at) as at
      from ${sql.identifier(through.table)} as link join syncline.log as log
        on log.model = ${through.name} and log.id = ${sql.identifier(`link.${through.idColumn}`)}::text
      where ${column(field)}::text = ${id} and ${hasCome([field, targetField])} group by 1) as linked on linked.id = shown.id`
  return ofSpans(model, spans, sql`false`)
}

/** Whether with this change a record came to name what it names. */
function hasCome(fields: readonly string[]): Sql {
  return sql`(log.action in ('create', 'leave') or log.before ?| ${[...fields]}::text[])`
}

/**
 * Rows of records between two versions, once each: a change is logged for every room of its record, and none of those
 * rooms is meant here. What a record was before its entry is left out.
 */
function ofSpans({ name }: Model, spans: Sql, isEntry: Sql): Sql {
  return sql`select at, ${name}::text as model, id,
      case when is_entry then 'enter' when action in ('enter', 'leave') then 'update' else action end as action,
      case when is_entry or action <> 'enter' then fields else (
        select jsonb_object_agg(key, value) from jsonb_each(fields) where before ? key) end as fields,
      case when not is_entry then before end as before, version, actor, source, seq
    from (select distinct on (log.id, version) log.*, ${isEntry} as is_entry
      from (${spans}) as span join syncline.log on model = ${name} and log.id = span.id and version between since and until
      order by log.id, version, action = 'leave', action = 'enter') as change`
}
