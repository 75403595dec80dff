/** From what the application writes to an op: checked on the device, so that a mistake is told where it is made. */
import { checkFields, type Fault } from '../../schema/check-fields.ts'
import { checkId } from '../../schema/check-id.ts'
import { InvalidValue } from '../../schema/invalid-value.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { toWireFields } from '../../schema/wire-value.ts'
import { SynclineError } from '../../protocol/errors.ts'
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts'
import type { OpDraft } from '../outbox/outbox.ts'

/** What all drafts of a client share. */
export interface DraftContext {
  readonly schema: CompiledSchema
  now(): number
  newId(): string
  /** Confirmed version of a record, which its author has seen. */
  baseOf(model: string, id: string): number | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** A new record; an id is made when none is given. */
export function draftCreate(context: DraftContext, model: Model, row: Fields): OpDraft {
  const { id = madeId(context, model), ...fields } = row
  return draft(context, model, 'create', id, wireFields(model, 'create', fields))
}

/** Changes of the named fields. */
export function draftUpdate(context: DraftContext, model: Model, id: unknown, changes: Fields): OpDraft {
  return draft(context, model, 'update', id, wireFields(model, 'update', changes))
}

export function draftDelete(context: DraftContext, model: Model, id: unknown): OpDraft {
  return draft(context, model, 'delete', id)
}

// 4 KiB for the envelope of the push around the ops.
const MOST_BYTES = MAX_MESSAGE_BYTES - 4_096
// What every server takes in one push unless it says otherwise.
const MOST_OPS = 1_000

/** A transaction travels in one push, so it must fit into one. */
export function checkSize(drafts: readonly OpDraft[]): void {
  const text = JSON.stringify(drafts)
  // A key of 32 characters, a number and a transaction are added to each op.
  const bytes = new TextEncoder().encode(text).length + drafts.length * 80
  if (bytes <= MOST_BYTES && drafts.length <= MOST_OPS) return
  throw new SynclineError(
    'too_large',
    `The write has ${drafts.length} ops and ${bytes} bytes. Write at most ${MOST_OPS} ops and ${MOST_BYTES} bytes at once.`,
  )
}

function draft(
  context: DraftContext,
  model: Model,
  action: OpDraft['action'],
  id: unknown,
  fields?: Fields,
): OpDraft {
  const checked = checkId(model, id)
  if (checked instanceof InvalidValue) {
    throw new SynclineError('invalid_value', `The id of model \`${model.name}\` ${checked.text}`, {
      field: 'id',
    })
  }
  const base = action === 'create' ? undefined : context.baseOf(model.name, checked)
  return {
    model: model.name,
    id: checked,
    action,
    fields,
    base,
    schema: context.schema.version,
    at: new Date(context.now()).toISOString(),
  }
}

function wireFields(model: Model, action: 'create' | 'update', fields: Fields): Fields {
  const named = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const checked = checkFields(model, action, toWireFields(model, named))
  if (checked.ok) return checked.fields
  const [{ code, message, field }] = checked.faults as readonly [Fault]
  throw new SynclineError(code, message, { field })
}

function madeId(context: DraftContext, model: Model): string {
  const isHidden = model.ids === 'obfuscated'
  if (!isHidden && (model.idType === 'text' || model.idType === 'uuid')) return context.newId()
  throw new SynclineError(
    'invalid_value',
    `Model \`${model.name}\` has ${isHidden ? 'obfuscated' : `\`${model.idType}\``} ids, which a device cannot make. Create it over REST without an \`id\`, or declare \`text\` or \`uuid\` ids.`,
    { field: 'id' },
  )
}
