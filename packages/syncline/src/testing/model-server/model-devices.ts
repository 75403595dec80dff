/** What the model server remembers of devices: which op came last, and which refusals were not read yet. */
import { checkFields } from '../../schema/check-fields.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Rejection } from '../../protocol/messages/rejection.ts'
import { toUnits, type Unit } from '../../postgres/apply/unit.ts'
import { type Author, type ModelState, ModelTransaction, Refused } from './model-database.ts'

/** Most ops of a push, as `welcome` says. */
export const OPS_PER_PUSH = 1_000

export interface ModelDevice {
  readonly user: string
  readonly lastOp: number
  readonly lastKey: string | undefined
  readonly rejections: readonly Rejection[]
}

/** A device that nothing is known of. */
export function newDevice(user: string): ModelDevice {
  return { user, lastOp: 0, lastKey: undefined, rejections: [] }
}

/** An op as the wire carries it. */
export interface ModelOp {
  readonly n: number
  readonly key?: string
  readonly tx?: number
  readonly model: string
  readonly id: string
  readonly action: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly base?: number
}

export type PushAnswer =
  | { readonly type: 'applied'; readonly state: ModelState; readonly device: ModelDevice }
  | { readonly type: 'gap'; readonly expected: number }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }

/** Applies a push to a state by the rules of the wire: repeats, gaps, copies, transactions, refusals. */
export function applyPush(
  schema: CompiledSchema,
  state: ModelState,
  device: ModelDevice,
  name: string,
  push: { readonly ops: readonly ModelOp[]; readonly after?: string; readonly read?: number },
  at: string,
): PushAnswer {
  const fresh = push.ops.filter((op) => op.n > device.lastOp)
  const first = fresh[0]
  if (first && first.n > device.lastOp + 1) return { type: 'gap', expected: device.lastOp + 1 }
  if (isCopy(device, push)) {
    return {
      type: 'refused',
      code: 'device_copied',
      message: 'Another device uses this name. Take a new one.',
    }
  }
  const arranged = toUnits(fresh, OPS_PER_PUSH)
  if (arranged.split) {
    return { type: 'refused', code: 'split_transaction', message: 'The push ends inside a transaction.' }
  }
  let next = state
  const rejections = device.rejections.filter(({ n }) => n > (push.read ?? 0))
  for (const unit of arranged.units) {
    const outcome = applyUnit(schema, next, unit, { user: device.user, device: name }, at)
    next = outcome.state
    rejections.push(...outcome.rejected)
  }
  const last = fresh.at(-1)
  const after = {
    ...device,
    lastOp: last?.n ?? device.lastOp,
    lastKey: last ? last.key : device.lastKey,
    rejections,
  }
  return { type: 'applied', state: next, device: after }
}

function isCopy(
  { lastOp, lastKey }: ModelDevice,
  { ops, after }: { ops: readonly ModelOp[]; after?: string },
): boolean {
  const repeated = ops.find((op) => op.n === lastOp)
  if (repeated) return repeated.key !== lastKey
  return ops[0]?.n === lastOp + 1 && after !== lastKey
}

function applyUnit(
  schema: CompiledSchema,
  state: ModelState,
  { ops, cause }: Unit<ModelOp>,
  author: Author,
  at: string,
): { state: ModelState; rejected: Rejection[] } {
  const transaction = new ModelTransaction(schema, state, at)
  let current = cause?.op
  try {
    if (cause) throw new Refused(cause.refusal.code, cause.refusal.message)
    for (const op of ops) {
      current = op
      applyOp(schema, transaction, op, { ...author, op: op.n })
    }
    return { state: transaction.commit(), rejected: [] }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { state, rejected: ops.map((op) => rejection(op, op === current ? error : undefined)) }
  }
}

function rejection({ n, model, id, tx }: ModelOp, error: Refused | undefined): Rejection {
  const reason = error ?? new Refused('aborted', 'Another op of the transaction was refused.')
  return { n, code: reason.code, message: reason.message, model, id, ...(tx !== undefined && { tx }) }
}

function applyOp(schema: CompiledSchema, transaction: ModelTransaction, op: ModelOp, author: Author): void {
  const model = schema.models[op.model]
  if (!model) throw new Refused('invalid_value', `There is no model \`${op.model}\`.`)
  const user = author.user ?? ''
  checkRight(transaction, user, op, model.isRoot && op.action === 'create')
  if (op.action === 'delete') transaction.delete(op.model, op.id, author)
  else {
    if (!op.fields) throw new Refused('invalid_value', `Op ${op.n} is a ${op.action} without \`fields\`.`)
    const action = op.action === 'create' ? 'create' : 'update'
    const checked = checkFields(model, action, op.fields)
    if (!checked.ok)
      throw new Refused(checked.faults[0]?.code ?? 'invalid_value', checked.faults[0]?.message ?? '')
    if (action === 'create') transaction.create(op.model, op.id, checked.fields, author)
    else transaction.update(op.model, op.id, checked.fields, author, op.base)
  }
  if (model.isRoot && op.action === 'create') transaction.grant(user, op.model, op.id)
  if (op.action !== 'delete') checkRight(transaction, user, op, false)
}

/** The right must hold before and after the write. */
function checkRight(transaction: ModelTransaction, user: string, op: ModelOp, isNewRoot: boolean): void {
  const rooms = transaction.roomsOf(op.model, op.id)
  if (isNewRoot || rooms.every((room) => transaction.mayRead(user, room))) return
  throw new Refused(
    'not_found',
    `There is no record \`${op.id}\` of model \`${op.model}\`, or it is not yours.`,
  )
}
