/**
 * `/api/{table}[/{id}]` and `/api/{root}/{id}/{table}[/{id}]`: the same rules, log and conflicts as an op.
 *
 *   A1, A3   a list holds what the user may see; a record that is missing and one that is forbidden are one answer
 *   A4       a field that may not be written refuses the whole write
 *   W2       a write with an `Idempotency-Key` happens once, however often it is sent
 */
import { uuidv7 } from 'uuidv7'
import { keptAnswer } from '../../../postgres/apply/idempotency.ts'
import type { ExpectedVersion, SingleOutcome } from '../../../postgres/apply/writer.ts'
import type { Model } from '../../../schema/model.ts'
import { acceptOp } from '../../../server/accept.ts'
import { NOT_FOUND, type Refused, json, jsonText, refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import type { Route } from '../route.ts'
import { listQueryOf } from './list-query.ts'
import {
  expectedVersions,
  fingerprintOf,
  idempotencyKey,
  isFresh,
  tagOf,
  unwantedVersions,
} from './preconditions.ts'
import { isParentReadable, leadsInto, readPage, readRecord } from './read-records.ts'
import { recordBodyOf, withParent } from './record-body.ts'
import { savedFields } from './saved-whole.ts'
import { type Parent, type Target, targetOf } from './target.ts'

type RecordTarget = Target & { readonly id: string; readonly shownId: string }

/** Answers one REST call. A path that means nothing here is a record that is not there. */
export async function records(call: Call, route: Extract<Route, { call: 'records' }>): Promise<Response> {
  const { schema, ids } = call.core
  const target = targetOf(schema, ids, route.segments)
  if (!target) return refusal(NOT_FOUND)
  if (target.id === undefined || target.shownId === undefined)
    return route.method === 'GET' ? list(call, target) : create(call, target)
  const record = { ...target, id: target.id, shownId: target.shownId }
  if (route.method === 'GET') return get(call, record)
  return route.method === 'PUT' ? update(call, record) : remove(call, record)
}

async function list({ core, identity, url }: Call, target: Target): Promise<Response> {
  const page = await readPage(core, identity.user, target, listQueryOf(core, target.model, url.searchParams))
  if (!page) return refusal(NOT_FOUND)
  const next = page.next === undefined ? '' : `,"next":${JSON.stringify(page.next)}`
  return jsonText(200, `{"data":[${page.records.join(',')}]${next}}`)
}

async function get({ core, identity, request }: Call, target: RecordTarget): Promise<Response> {
  const found = await readRecord(core, identity.user, target)
  if (!found) return refusal(NOT_FOUND)
  const etag = tagOf(found.version)
  if (isFresh(request.headers, found.version)) return new Response(null, { status: 304, headers: { etag } })
  return jsonText(200, `{"data":${found.text}}`, { etag })
}

async function create(call: Call, target: Target): Promise<Response> {
  const { model, parent } = target
  if (parent && !(await isParentReadable(call.core, call.identity.user, parent)) && !(await isRepeat(call)))
    return refusal(NOT_FOUND)
  const text = await call.body()
  const body = recordBodyOf(text)
  const named = body.id ?? newId(model)
  const fields = withParent(body.fields, parent)
  if (parent && !(await leadsInto(call.core, parent, fields)) && !(await isRepeat(call)))
    return refusal(outside(parent))
  const outcome = await write(call, target, { id: named, action: 'create', fields, text })
  if (!outcome.ok) return refused(outcome, call)
  return created(call, model, outcome.id ?? call.core.ids.decode(model, named) ?? '', outcome.version)
}

/** Missing, forbidden and elsewhere are one answer (A3). */
function outside({ model, belonging }: Parent): Refused {
  const field = belonging.by === 'column' ? belonging.first.name : ''
  const message = `Field \`${field}\` names no record inside the \`${model.name}\` of the path, where the new one would not be either. Name one of its own, or use the path of the other.`
  return { code: 'invalid_value', message, field }
}

/** Who may start a record need not be somebody who may read it; then the answer says only what its author knows. */
async function created(
  { core, identity, url }: Call,
  model: Model,
  id: string,
  version: number,
): Promise<Response> {
  const found = await readRecord(core, identity.user, { model, id })
  const etag = tagOf(found?.version ?? version)
  const shownId = core.shown.id(model.name, id)
  const location = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(shownId)}`
  const text = found?.text ?? JSON.stringify({ id: shownId, version })
  return jsonText(201, `{"data":${text}}`, { etag, location })
}

async function update(call: Call, target: RecordTarget): Promise<Response> {
  if (!(await isInsideParent(call, target))) return refusal(NOT_FOUND)
  const text = await call.body()
  const body = recordBodyOf(text)
  if (body.id !== undefined && body.id !== target.shownId) {
    const message = 'The `id` of a record cannot change. Leave it out, or create another record.'
    return refusal({ code: 'protected_field', message, field: 'id' })
  }
  const { model, id: ownId } = target
  const saved = await savedFields(call.core, call.identity.user, model, target.shownId, body.fields)
  const { fields, base, outdated } = saved
  if (outdated && !(await isRepeat(call))) return refusal(outdated)
  const intent = { id: target.shownId, action: 'update', fields, base, text } as const
  const outcome = await write(call, target, intent)
  if (!outcome.ok) return refused(outcome, call)
  // Not by its path: the write may have moved it to another parent.
  const found = await readRecord(call.core, call.identity.user, { model, id: ownId })
  const etag = tagOf(outcome.version)
  if (!found) return json(200, { data: { id: target.shownId, version: outcome.version } }, { etag })
  return jsonText(200, `{"data":${found.text}}`, { etag: tagOf(found.version) })
}

async function remove(call: Call, target: RecordTarget): Promise<Response> {
  if (!(await isInsideParent(call, target))) return refusal(NOT_FOUND)
  const outcome = await write(call, target, { id: target.shownId, action: 'delete' })
  return outcome.ok ? new Response(null, { status: 204 }) : refused(outcome, call)
}

/** The writer judges the record itself; that it stands where the path says is judged here. */
async function isInsideParent(call: Call, target: RecordTarget): Promise<boolean> {
  if (!target.parent) return true
  return (await readRecord(call.core, call.identity.user, target)) !== null || isRepeat(call)
}

/** Whether the write was answered before: the writer says the same again, whatever has become of the parent since. */
async function isRepeat({ core, identity, request, url }: Call): Promise<boolean> {
  const key = idempotencyKey(request.headers, request.method, url.pathname)
  return (
    key !== undefined && (await keptAnswer(core.database, identity.user.id, key, undefined)) !== undefined
  )
}

interface Intent {
  readonly id: string
  readonly action: 'create' | 'update' | 'delete'
  readonly fields?: Readonly<Record<string, unknown>>
  /** The version that its author saw. */
  readonly base?: number
  /** The body as it came. */
  readonly text?: string
}

async function write(call: Call, target: Target, { text = '', ...intent }: Intent): Promise<SingleOutcome> {
  const { core, identity, request, url } = call
  const { model } = target
  const ifVersion = intent.action === 'create' ? undefined : await expectedVersion(call, target)
  const base = typeof ifVersion === 'number' ? ifVersion : intent.base
  return core.write({
    user: identity.user,
    op: acceptOp(core.schema, core.ids, { model: model.name, ...intent, base }),
    ifVersion,
    idempotencyKey: idempotencyKey(request.headers, request.method, url.pathname),
    ...(request.headers.has('idempotency-key') && { request: fingerprintOf(text) }),
  })
}

/** The writer compares, while it holds the record. `If-Match` says more than `If-None-Match`, which can only contradict it. */
async function expectedVersion(call: Call, target: Target): Promise<ExpectedVersion | undefined> {
  const { headers } = call.request
  const version = await matchedVersion(call, target)
  if (version !== undefined) return isFresh(headers, version) ? { not: 'any' } : version
  const not = unwantedVersions(headers)
  return not === undefined ? undefined : { not }
}

/** The writer compares with one version: of several, the one that the record has now. */
async function matchedVersion(
  { core, identity, request }: Call,
  target: Target,
): Promise<number | undefined> {
  const versions = expectedVersions(request.headers)
  if (versions === undefined || versions.length === 1 || target.id === undefined) return versions?.[0]
  const found = await readRecord(core, identity.user, { model: target.model, id: target.id })
  return versions.find((version) => version === found?.version) ?? versions[0]
}

/** What the writer says about a record that is not there names it; here it must equal every other "not there". */
function refused(outcome: Extract<SingleOutcome, { ok: false }>, { request }: Call): Response {
  const { code, field, version } = outcome
  if (code === 'not_found' && field === undefined) return refusal(NOT_FOUND)
  const hadAlready = code === 'changed' && version !== undefined && isFresh(request.headers, version)
  return refusal(hadAlready ? { ...HAD_ALREADY, version } : outcome)
}

const HAD_ALREADY: Refused = {
  code: 'changed',
  message:
    '`If-None-Match` names the version that the record has, so it was not written. Leave it out, or send `If-Match` with the `ETag` to write over that version alone.',
}

/** Empty leaves the choice to the database's identity column. */
function newId(model: Model): string {
  return model.idType === 'text' || model.idType === 'uuid' ? uuidv7() : ''
}
