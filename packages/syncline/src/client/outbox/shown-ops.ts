/** Ops of the outbox that the store shows before its base contains them. */
import { checkFields } from '../../schema/check-fields.ts'
import { isRecord } from '../../schema/is-record.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Operator } from '../store/apply-operator.ts'
import { decodeFields } from '../store/decode.ts'
import type { OverlayOp } from '../store/entry.ts'
import { settleOperators } from '../store/rebase.ts'
import type { Store } from '../store/store.ts'
import type { HeldFields, OpDraft, QueuedOp } from './outbox.ts'

/** The overlay's side of the outbox; called inside store transactions. */
export class ShownOps {
  readonly #schema: CompiledSchema
  readonly #store: Store
  readonly #byNumber = new Map<number, OverlayOp>()
  /** When the last op that was shown again was written: a clock that was set back does not change their order. */
  #at = ''

  constructor(schema: CompiledSchema, store: Store) {
    this.#schema = schema
    this.#store = store
  }

  get size(): number {
    return this.#byNumber.size
  }

  /** Shows an op that was just written, over all others; `number` gives it its number. */
  show(draft: OpDraft): OverlayOp | undefined {
    const last = this.#store.opsOn(draft.model, draft.id).at(-1)
    return this.#show(draft, last && last.at > draft.at ? last.at : draft.at)
  }

  /** `held` is what it made of counters and sets, when that is held. */
  #show(draft: OpDraft, at: string, held?: HeldFields): OverlayOp | undefined {
    const model = this.#schema.models[draft.model]
    // An op of an older app may be of a model that is no more; it is still sent.
    if (!model) return undefined
    const { id, action } = draft
    const fields = held ? { fields: held } : overlayFields(model, draft)
    const op = { model: model.name, id, action, at, n: Number.POSITIVE_INFINITY, ...fields }
    this.#store.addOp(op)
    return op
  }

  /**
   * Shows an op that was stored, in its place, also one that is shown otherwise: an older app may have written values
   * that its fields do not take any more. Such an op is not shown, and still sent, for the server to judge.
   */
  showStored(op: QueuedOp, held?: HeldFields): void {
    const model = this.#schema.models[op.model]
    const faults = model && checkFields(model, 'update', op.fields ?? {}).faults
    if (faults?.some(({ code }) => code === 'invalid_value')) return
    const shown = this.#byNumber.get(op.n)
    if (op.at > this.#at) this.#at = op.at
    if (shown) this.#dropAll([shown])
    this.number(this.#show(op, shown?.at ?? this.#at, held), op.n)
  }

  number(op: OverlayOp | undefined, n: number): void {
    if (!op) return
    op.n = n
    this.#byNumber.set(n, op)
  }

  /** Drops the ops that pass: they were refused, or the base contains what became of them. */
  drop(isDue: (op: OverlayOp) => boolean): void {
    this.#dropAll([...this.#byNumber.values()].filter(isDue))
  }

  /**
   * What the server tells of a record is about to be applied, and may contain the ops up to `last` already.
   * The create of the record, and what came before it, is dropped: a record that is told of was created. What the
   * others made of a counter or set stays as it is, so that it is not counted twice. Returns what is held now.
   */
  expect(model: string, id: string, last: number): readonly (readonly [number, HeldFields])[] {
    const isDelicate = ({ action, operators }: OverlayOp) => action === 'create' || operators
    if (!this.#store.opsOn(model, id).some(isDelicate)) return []
    const holding: (readonly [number, HeldFields])[] = []
    // Others may be of another device.
    const isDue = (op: OverlayOp) => op.n <= last && this.#byNumber.get(op.n) === op
    this.#store.mapOps(model, id, (op, row) => {
      if (!op.operators || !isDue(op)) return op
      const held = settleOperators(op, row)
      this.number(held, op.n)
      holding.push([op.n, held.fields])
      return held
    })
    this.#dropAll(this.#untilCreate(model, id).filter(isDue))
    return holding
  }

  /** The last create of a record and what came before it; none, where what is told is of a life that ends before. */
  #untilCreate(model: string, id: string): readonly OverlayOp[] {
    const ops = this.#store.opsOn(model, id)
    const through = ops.slice(0, ops.map(({ action }) => action).lastIndexOf('create') + 1)
    const isOfFormerLife = this.#store.base(model, id) && through.some(({ action }) => action === 'delete')
    return isOfFormerLife ? [] : through
  }

  #dropAll(ops: readonly OverlayOp[]): void {
    for (const { n } of ops) this.#byNumber.delete(n)
    this.#store.dropOps(new Set(ops))
  }
}

function overlayFields(
  model: Model,
  { action, fields = {} }: OpDraft,
): Pick<OverlayOp, 'fields' | 'operators'> {
  const plain: Record<string, unknown> = {}
  const operators: Record<string, Operator> = {}
  const whole = action === 'create' ? { ...impliedValues(model), ...fields } : fields
  for (const [name, value] of Object.entries(decodeFields(model, whole))) {
    if (isOperator(model, name, value)) operators[name] = value
    else plain[name] = value
  }
  const hasOperators = Object.keys(operators).length > 0
  return { fields: plain, ...(hasOperators && { operators }) }
}

function isOperator(model: Model, name: string, value: unknown): value is Operator {
  const policy = model.fields[name]?.onConflict
  return (policy === 'counter' || policy === 'set') && isRecord(value)
}

/** What a new record holds in fields that its author did not name. */
function impliedValues(model: Model): Readonly<Record<string, unknown>> {
  const implied: Record<string, unknown> = {}
  for (const field of Object.values(model.fields)) {
    if (field.default !== undefined) implied[field.name] = field.default
    else if (field.nullable) implied[field.name] = null
  }
  return implied
}
