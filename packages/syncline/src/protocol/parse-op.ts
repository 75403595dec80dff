/**
 * Reads one op. Whatever is wrong in it is returned as its fault and becomes a rejection with its `n`, so that no
 * device sends it again for ever (W3, W4); what is sound is kept, for the rejection to name its record.
 */
import * as v from 'valibot'
import { isStorableText } from '../schema/check-text.ts'
import { clip } from '../schema/invalid-value.ts'
import { describeIssue, isUnknownField } from './describe-issue.ts'
import type { ErrorCode } from './errors.ts'
import { MAX_NAME_LENGTH } from './limits.ts'
import { type Op, op as opSchema } from './messages/op.ts'
import type { RawOp } from './messages/raw-op.ts'

export interface OpFault {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
}

/** An op that can be applied, or one that can only be rejected. */
export type ParsedOp = (Op & { readonly fault?: undefined }) | RejectedOp

/** What is known of an op that has a fault. */
export interface RejectedOp {
  readonly n: number
  readonly key?: string
  readonly tx?: number
  /** Empty when the op did not name one. */
  readonly model: string
  readonly id: string
  readonly action: Op['action']
  readonly fault: OpFault
}

export function parseOp(raw: RawOp): ParsedOp {
  if (isSurelyOp(raw) && actionFault(raw) === undefined) return raw
  const result = v.safeParse(opSchema, raw)
  if (!result.success) {
    const [issue] = result.issues
    return rejectedOp(raw, {
      code: isUnknownField(issue) ? 'unknown_field' : 'invalid_value',
      message: describeIssue(opSchema, issue, `op ${raw.n}`),
    })
  }
  const fault = actionFault(result.output)
  return fault === undefined ? result.output : rejectedOp(raw, fault)
}

/** Makes the rejection of an op that has a fault, with what of it is sound. */
export function rejectedOp(raw: RawOp, fault: OpFault): RejectedOp {
  return {
    n: raw.n,
    ...(isName(raw['key']) && { key: raw['key'] }),
    ...(isOrdinal(raw['tx']) && { tx: raw['tx'] }),
    model: isName(raw['model']) ? clip(raw['model']) : '',
    id: isName(raw['id']) ? raw['id'] : '',
    action: isAction(raw['action']) ? raw['action'] : 'update',
    fault,
  }
}

/** What an op must and must not name follows from its action. */
function actionFault({ action, name, fields, args, n }: Op): OpFault | undefined {
  const fault = (message: string): OpFault => ({
    code: 'invalid_value',
    message: `Op ${n} is a ${action} ${message}`,
  })
  if (action === 'call') {
    if (name === undefined) return fault('without `name`. Write the name of a server function.')
    return fields === undefined ? undefined : fault('with `fields`. Write `args` instead.')
  }
  if (name !== undefined || args !== undefined)
    return fault('with `name` or `args`, which belong to a call. Leave them out.')
  if (action === 'delete') {
    // An empty object says nothing, and some clients always send one.
    return fields === undefined || Object.keys(fields).length === 0
      ? undefined
      : fault('with `fields`. Leave them out.')
  }
  return fields === undefined ? fault('without `fields`. Write the fields that it sets.') : undefined
}

/**
 * The hot path: takes the ops that clients really send without the cost of the schema. It must accept nothing that
 * the schema refuses (a property test compares the two); what it does not recognise, the schema judges.
 */
function isSurelyOp(raw: RawOp): raw is RawOp & Op {
  if (!isName(raw['model']) || !isName(raw['id']) || !isAction(raw['action'])) return false
  for (const property in raw) {
    if (!isSoundProperty(property, raw[property])) return false
  }
  return true
}

function isSoundProperty(property: string, value: unknown): boolean {
  switch (property) {
    case 'n':
    case 'tx':
    case 'schema':
      return isOrdinal(value)
    case 'model':
    case 'id':
    case 'action':
    case 'args':
      return true
    case 'key':
    case 'name':
      return isName(value)
    case 'fields':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'base':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    case 'unlessChanged':
      return typeof value === 'boolean'
    case 'at':
      return typeof value === 'string' && value.length <= MAX_NAME_LENGTH && isStorableText(value)
    default:
      return false
  }
}

const isOrdinal = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && isStorableText(value)

const isAction = (value: unknown): value is Op['action'] =>
  value === 'update' || value === 'create' || value === 'delete' || value === 'call'
