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
import { type ActivityPlace, formatPlace, parsePlace } from './activity-place.ts'
import { activityRows } from './activity-rows.ts'
import { NOT_FOUND, json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { unrepeated } from './unrepeated.ts'

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
  const parameters = unrepeated(url.searchParams)
  const channel = parameters.get('channel') ?? ''
  const target = findTarget(core.schema, core.ids, channel)
  if (!target || !(await core.mayRead(identity.user, channel))) return refusal(NOT_FOUND)
  const limit = limitOf(parameters.get('limit'))
  const record = parameters.get('record')
  const place = placeOf(parameters)
  const asked = record === null ? [] : [isRecord(core, record)]
  const found = activityRows(core, target, channel, identity.user)
  const rows = found ? await readPage(core, found, [...asked, ...olderThan(core, found, place)], limit) : []
  // Again, in a snapshot not older than what was read: the right may have ended with the change that it would show.
  if (!(await core.mayRead(identity.user, channel))) return refusal(NOT_FOUND)
  const shown = rows.slice(0, limit)
  return json(200, { data: shown.map((row) => entryOf(core, row)), next: nextOf(core, shown, rows[limit]) })
}

/** The newest rows that fulfil the conditions, and one more if there is one. Of one time, what was logged later is newer. */
function readPage(
  { database }: Core,
  rows: Sql,
  conditions: readonly Sql[],
  limit: number,
): Promise<ActivityRow[]> {
  const page = sql`select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, model, id, action,
    fields::text as fields, before::text as before, version, actor, source from (select * from (${rows}) as log
    where ${sql.join([sql`true`, ...conditions], ' and ')}
    order by log.at desc, log.seq desc limit ${sql.raw(String(limit + 1))}) as log order by log.at desc, log.seq desc`
  return database.query<ActivityRow>(page.text(), page.values)
}

/** Where the page ends that these rows are, before `further`. */
function nextOf(
  core: Core,
  shown: readonly ActivityRow[],
  further: ActivityRow | undefined,
): string | undefined {
  const last = shown.at(-1)
  if (!last || !further) return undefined
  const { at, model, version, action } = last
  if (further.at !== at) return formatPlace({ at })
  return formatPlace({ at, last: { model, id: core.shown.id(model, last.id), version, action } })
}

/** `before` is the `next` of the page before, or any time. */
function placeOf(parameters: URLSearchParams): ActivityPlace | undefined {
  const before = parameters.get('before')
  const place = before === null ? undefined : parsePlace(before)
  if (place === null) throw invalid('before', '`before` is no time. Send `next` of the page before.')
  return place
}

/** The rows behind a place. */
function olderThan({ schema, ids }: Core, rows: Sql, place: ActivityPlace | undefined): Sql[] {
  if (!place) return []
  const { at, last } = place
  const model = last && Object.hasOwn(schema.models, last.model) ? schema.models[last.model] : undefined
  const id = last && model ? ids.decode(model, last.id) : null
  if (!last || !model || id === null) return [sql`at < ${at}`]
  const its = sql`select min(seq) from (${rows}) as log
    where at = ${at} and model = ${model.name} and id = ${id} and version = ${last.version} and action = ${last.action}`
  return [sql`(at < ${at} or at = ${at} and seq < (${its}))`]
}

/** `record` is `camera:42`, or an id alone for the records of any model that have it. */
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
