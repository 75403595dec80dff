/**
 * `POST /sync/push` in the form of clients that send a list of operations with ids of their own:
 * `{operations: [{id, type: 'UPDATE', entity, entityId, data}], deviceId}`.
 *
 *   W1 durable        `applied` is said of what is committed, never of another operation with the same id
 *   W2 exactly once   an operation is known by its device and id; a repeat is answered as the first time
 *   W4 no blockage    an operation that is refused stops none that follow
 */
import * as v from 'valibot'
import { keptAnswer } from '../../postgres/apply/idempotency.ts'
import { SynclineError } from '../../protocol/errors.ts'
import { offenceText, parseJson } from '../../protocol/parse-device-message.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { acceptOp } from '../../server/accept.ts'
import { untilNegativeAnswer } from '../../server/negative-answer.ts'
import { type Refused, json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { tooMany } from './op-limit.ts'
import { orderedJson } from './ordered-json.ts'
import { fingerprintOf } from './rest/preconditions.ts'
import { savedFields } from './rest/saved-whole.ts'

const LONGEST_NAME = 255

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_NAME))

/** Some clients count their operations, and some databases their records; a number that is not exact names nothing. */
const id = v.union([name, v.pipe(v.number(), v.safeInteger(), v.transform(String))])

const operation = v.object({
  id,
  type: v.pipe(v.string(), v.toUpperCase(), v.picklist(['CREATE', 'UPDATE', 'DELETE'])),
  entity: name,
  entityId: id,
  data: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
})

const referenceBody = v.object({ deviceId: name, operations: v.array(v.unknown()) })

type Operation = v.InferOutput<typeof operation>

interface ReferenceRejection extends Refused {
  readonly id: string
}

const ACTIONS = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete' } as const

/** Whether the body is of this form: the other one has `ops`, and may write a field of this name. */
export function isReferencePush(text: string): boolean {
  if (!text.includes('"operations"')) return false
  const parsed = parseJson(text)
  const body: unknown = 'value' in parsed ? parsed.value : null
  if (typeof body !== 'object' || body === null) return false
  return Object.hasOwn(body, 'operations') && !Object.hasOwn(body, 'ops')
}

/** Answers an ack that names every operation: those that are applied, and why the others are not. */
export async function referencePush(call: Call, text: string): Promise<Response> {
  const body = referenceBodyOf(text)
  const unsound = tooMany(body.operations.length, call.core.limits.opsPerPush)
  if (unsound) return refusal(unsound)
  const applied: string[] = []
  const rejected: ReferenceRejection[] = []
  for (const raw of body.operations) {
    const parsed = v.safeParse(operation, raw)
    const refused = parsed.success ? await applyOperation(call, body.deviceId, parsed.output) : UNSOUND
    const id = idOf(raw)
    if (refused) rejected.push({ id, ...refused })
    else applied.push(id)
  }
  // A3: a rejection for what is not there and for what is forbidden leave at the same time.
  if (rejected.some(({ code }) => code === 'not_found')) await untilNegativeAnswer(call.receivedAtMs)
  return json(200, { type: 'ack', lastOp: 0, applied, rejected, conflicts: [] })
}

const UNSOUND: Refused = {
  code: 'invalid_message',
  message:
    'The operation is not complete. Send { id, type: CREATE | UPDATE | DELETE, entity, entityId, data }, with ids that are texts or whole numbers up to 2^53.',
}

function referenceBodyOf(text: string): v.InferOutput<typeof referenceBody> {
  const parsed = parseJson(text)
  if ('error' in parsed) throw new SynclineError(parsed.error.code, parsed.error.message)
  const [offence] = parsed.offences
  if (offence) throw new SynclineError('invalid_message', offenceText(offence, 'The body'))
  const body = v.safeParse(referenceBody, parsed.value)
  if (body.success) return body.output
  throw new SynclineError(
    'invalid_message',
    'The body has no `deviceId` or no list of `operations`. Send both.',
  )
}

async function applyOperation(call: Call, device: string, asked: Operation): Promise<Refused | null> {
  const { core, identity } = call
  const model = modelOf(core.schema, asked.entity)
  if (!model) {
    return {
      code: 'not_found',
      message: `There is no \`${asked.entity}\` that you may see. Check \`entity\` and \`entityId\`.`,
    }
  }
  const action = ACTIONS[asked.type]
  const { id: _named, ...fields } = asked.data ?? {}
  const named = { model: model.name, id: normalizeId(asked.entity, asked.entityId), action }
  const op = action === 'delete' ? named : { ...named, fields }
  // The length says where the device ends and the id begins.
  const idempotencyKey = `op ${device.length} ${device} ${asked.id}`
  const { outdated, ...saved } =
    action === 'update' ? await savedFields(core, identity.user, model, named.id, fields) : {}
  if (outdated && !(await keptAnswer(core.database, identity.user.id, idempotencyKey, undefined)))
    return outdated
  const outcome = await core.write({
    user: identity.user,
    op: acceptOp(core.schema, core.ids, { ...op, ...saved }),
    device,
    idempotencyKey,
    request: fingerprintOf(orderedJson(op)),
  })
  return outcome.ok ? null : { code: outcome.code, message: outcome.message, field: outcome.field }
}

/** `checklist-item`, `checklistItem`, `checklist_items` and `checklist-items` are all the same model. */
function modelOf(schema: CompiledSchema, entity: string): Model | undefined {
  const spelled = plain(entity)
  return Object.values(schema.models).find(
    ({ name: modelName, path }) => plain(modelName) === spelled || plain(path) === spelled,
  )
}

function plain(text: string): string {
  return text.replaceAll(/[-_]/g, '').toLowerCase()
}

/** Ids may come with their entity in front: `project:5f0c…` is `5f0c…`. */
export function normalizeId(entity: string, id: string): string {
  return id.startsWith(`${entity}:`) ? id.slice(entity.length + 1) : id
}

/** The id as it was given, in text: what the answer calls the operation. */
function idOf(raw: unknown): string {
  const given = (raw as { id?: unknown } | null)?.id ?? ''
  return (typeof given === 'string' ? given : JSON.stringify(given)).slice(0, LONGEST_NAME)
}
