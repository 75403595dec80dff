/** Why an op is refused, and the texts: fact, value, remedy. None of them names a record that its author may not read. */
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Model } from '../../schema/model.ts'
import type { AcceptedOp } from './writer.ts'

/** A refused op; becomes a rejection or the answer to a REST write. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
  /** The record's version, for `changed`. */
  readonly version?: number
  /** Who deleted the record, when and at which version; for `deleted`. */
  readonly deletion?: { readonly by: string | null; readonly at: string; readonly version: number }
}

type NamedOp = Pick<AcceptedOp, 'model' | 'id' | 'shownId' | 'action'>

/** Makes a refusal of an op with the text that belongs to the code. */
export function refusal(
  code: ErrorCode,
  op: NamedOp,
  details: Omit<Refusal, 'code' | 'message'> = {},
): Refusal {
  return { code, message: textOf(code, op, details), ...details }
}

function textOf(
  code: ErrorCode,
  { model, id: ownId, shownId: id = ownId, action }: NamedOp,
  { field, version }: Omit<Refusal, 'code' | 'message'>,
): string {
  switch (code) {
    case 'not_found':
      return field === undefined
        ? `There is no \`${model}\` with the id \`${id}\` that you may see. Check the id, or ask for access.`
        : `Field \`${field}\` of \`${model}\` points to a record that is not there for you. Check the id, or ask for access.`
    case 'forbidden':
      return `You may not ${action} \`${model}\` \`${id}\` like this. Ask somebody who may.`
    case 'deleted':
      return `The \`${model}\` \`${id}\` was deleted${version === undefined ? '' : ` at version ${version}`}. Your values are kept among the conflicts, from where it can be restored.`
    case 'duplicate_id':
      return `There is already a \`${model}\` with the id \`${id}\`. Update it, or create one with a new id.`
    case 'changed':
      return `The \`${model}\` \`${id}\` has version ${version}, not the one that you expected. Load it again and decide anew.`
    case 'invalid_value':
      return field === undefined
        ? `A value of \`${model}\` \`${id}\` does not fit its column. Check its range and its form.`
        : `The value of field \`${field}\` of \`${model}\` \`${id}\` does not fit its column. Check its range and its form.`
    default:
      return field === undefined
        ? `The database refused this ${action} of \`${model}\` \`${id}\`, because a constraint would not hold. Check its values and the records that it depends on.`
        : `The database refused this ${action} of \`${model}\` \`${id}\`, because of field \`${field}\`. Write another value.`
  }
}

/** A refusal for a field that the action may not name. */
export function protectedField(
  model: Model,
  action: string,
  field: string,
  allowed: ReadonlySet<string>,
): Refusal {
  const names = [...allowed].map((name) => `\`${name}\``).join(', ')
  return {
    code: 'protected_field',
    message: `Field \`${field}\` of \`${model.name}\` may not be written by ${action}. ${names ? `The fields that may: ${names}.` : 'No field may.'}`,
    field,
  }
}

/** A refusal for what is no model or no field. */
export function unknownName(op: AcceptedOp, field?: string): Refusal {
  return field === undefined
    ? { code: 'not_found', message: textOf('not_found', op, {}) }
    : {
        code: 'unknown_field',
        message: `Field \`${field}\` is not part of model \`${op.model}\`. Leave it out.`,
        field,
      }
}
