/**
 * `GET /sync/activity?channel=…&record=camera:…&before=…&limit=…`: the log for people, newest first.
 *
 *   A1 closed   the channel's own rule decides, before anything is read and after
 *   A3 silent   a channel that is not there and one that is not yours are one answer
 */
import { SynclineError } from '../../protocol/errors.ts'
import { type Sql, sql } from '../../postgres/sql.ts'
import { findTarget } from '../../server/channel-target.ts'
import type { Core } from '../../server/core.ts'
import { checkTimestamp } from '../../schema/check-time.ts'
import { InvalidValue } from '../../schema/invalid-value.ts'
import { activityRows } from './activity-rows.ts'
import { NOT_FOUND, json, refusal } from './answer.ts'
import type { Call } from './call.ts'

const LONGEST_PAGE = 200
const DEFAULT_PAGE = 50

interface ActivityRow {
  readonly at: string
  readonly model: string
  readonly id: string
  readonly action: string
  readonly fields: string | null
  readonly before: string | null
  readonly version: number
  readonly actor: string | null
  readonly source: string
}

/** Who changed what, when, from where, field by field before and after. */
export async function activity({ core, identity, url }: Call): Promise<Response> {
  const channel = url.searchParams.get('channel') ?? ''
  const target = findTarget(core.schema, core.ids, channel)
  if (!target || !(await core.mayRead(identity.user, channel))) return refusal(NOT_FOUND)
  const limit = limitOf(url.searchParams.get('limit'))
  const asked = askedFor(core, url.searchParams)
  const found = activityRows(core, target, channel, identity.user)
  const rows = found ? await readPage(core, found, asked, limit) : []
  // Again, in a snapshot not older than what was read: the right may have ended with the change that it would show.
  if (!(await core.mayRead(identity.user, channel))) return refusal(NOT_FOUND)
  const next = rows.length < limit ? undefined : rows.at(-1)?.at
  return json(200, { data: rows.map((row) => entryOf(core, row)), next })
}

/**
 * The newest rows that fulfil the conditions; more than `limit` when they have the time of the last one, which the
 * embedded database tells in milliseconds. Of one time, what was logged later is newer.
 */
function readPage(
  { database }: Core,
  rows: Sql,
  asked: readonly Sql[],
  limit: number,
): Promise<ActivityRow[]> {
  const page = sql`select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, model, id, action,
    fields::text as fields, before::text as before, version, actor, source from (select * from (${rows}) as log
    where ${sql.join([sql`true`, ...asked], ' and ')}
    order by log.at desc fetch first ${sql.raw(String(limit))} rows with ties) as log order by log.at desc, log.seq desc`
  return database.query<ActivityRow>(page.text(), page.values)
}

/** `record` is `camera:42`, or an id alone for the records of any model that have it; `before` is the `next` of the page before. */
function askedFor(core: Core, parameters: URLSearchParams): Sql[] {
  const conditions: Sql[] = []
  const record = parameters.get('record')
  if (record !== null) {
    conditions.push(isRecord(core, record))
  }
  const before = parameters.get('before')
  if (before !== null) {
    if (
      !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(before) ||
      checkTimestamp(before) instanceof InvalidValue
    ) {
      throw invalid('before', '`before` is no time. Send `next` of the page before.')
    }
    conditions.push(sql`at < ${before}`)
  }
  return conditions
}

function isRecord({ schema, ids }: Core, record: string): Sql {
  const colon = record.indexOf(':')
  const named = Object.hasOwn(schema.models, record.slice(0, colon)) ? record.slice(0, colon) : null
  const shown = storable(named === null ? record : record.slice(colon + 1))
  const models = Object.values(schema.models).filter(({ name }) => named === null || name === named)
  const meant = models.flatMap((model) => {
    const id = ids.decode(model, shown)
    return id === null ? [] : [sql`(model = ${model.name} and id = ${id})`]
  })
  return meant.length === 0 ? sql`false` : sql`(${sql.join(meant, ' or ')})`
}

function storable(id: string): string {
  if (id !== '' && id.length <= 255 && !id.includes('\0')) return id
  throw invalid(
    'record',
    '`record` names an id that no record can have. Send a model and an id: `camera:42`.',
  )
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_PAGE
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= LONGEST_PAGE) return limit
  throw invalid(
    'limit',
    `\`limit\` is not a number from 1 to ${LONGEST_PAGE}. Leave it out for ${DEFAULT_PAGE}.`,
  )
}

function entryOf({ shown }: Core, row: ActivityRow) {
  const { at, model, action, version, source } = row
  const changes = changesOf(shown.fields(model, row.fields), shown.fields(model, row.before))
  return {
    at,
    model,
    id: shown.id(model, row.id),
    action,
    version,
    actor: shown.user(row.actor),
    source,
    changes,
  }
}

function changesOf(fieldsText: string | null, beforeText: string | null) {
  const fields = new Map(Object.entries(JSON.parse(fieldsText ?? '{}') as object))
  const before = new Map(Object.entries(JSON.parse(beforeText ?? '{}') as object))
  const names = new Set([...before.keys(), ...fields.keys()])
  return [...names].map((field) => ({ field, before: before.get(field), after: fields.get(field) }))
}

function invalid(field: string, message: string): SynclineError {
  return new SynclineError('invalid_value', message, { field })
}
