/** Ops of the outbox that the store shows before its base contains them. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Operator } from '../store/apply-operator.ts'
import { decodeFields } from '../store/decode.ts'
import type { OverlayOp } from '../store/entry.ts'
import { settleOperators } from '../store/rebase.ts'
import type { Store } from '../store/store.ts'
import type { OpDraft, QueuedOp } from './outbox.ts'

/** The overlay's side of the outbox; called inside store transactions. */
export class ShownOps {
  readonly #schema: CompiledSchema
  readonly #store: Store
  readonly #byNumber = new Map<number, OverlayOp>()

  constructor(schema: CompiledSchema, store: Store) {
    this.#schema = schema
    this.#store = store
  }

  /** Shows an op that has no number yet; `number` gives it one. */
  show(draft: OpDraft): OverlayOp | undefined {
    const model = this.#schema.models[draft.model]
    // An op of an older app may be of a model that is no more; it is still sent.
    if (!model) return undefined
    const op = overlayOp(model, draft)
    this.#store.addOp(op)
    return op
  }

  number(op: OverlayOp, n: number): void {
    this.#byNumber.set(n, op)
  }

  /** Drops one op: it was refused. */
  drop(n: number): void {
    const op = this.#byNumber.get(n)
    if (!op) return
    this.#byNumber.delete(n)
    this.#store.dropOp(op)
  }

  /** Drops all ops up to a number: the base contains what became of them. */
  dropThrough(last: number): void {
    for (const n of [...this.#byNumber.keys()]) if (n <= last) this.drop(n)
  }

  /** Drops the ops on one record up to a number. */
  dropOn(model: string, id: string, last: number): void {
    for (const [n] of this.#on(model, id)) if (n <= last) this.drop(n)
  }

  /** Drops creates of a record that was deleted: it existed, so they had been applied. */
  dropCreates(model: string, id: string, last: number): void {
    for (const [n, op] of this.#on(model, id)) if (n <= last && op.action === 'create') this.drop(n)
  }

  /**
   * Nobody can tell whether what is about to be applied contains these ops already: what they made of a counter or
   * set stays as it is, and is not counted again.
   */
  holdOn(model: string, id: string, last: number): void {
    const uncertain = this.#on(model, id).filter(([n, op]) => n <= last && op.operators)
    if (uncertain.length === 0) return
    const numbers = new Map(uncertain.map(([n, op]) => [op, n]))
    this.#store.mapOps(model, id, (op, row) => {
      const n = numbers.get(op)
      if (n === undefined) return op
      const held = settleOperators(op, row)
      this.#byNumber.set(n, held)
      return held
    })
  }

  /** Shows ops as they were written, of which it is certain again that nothing contains them. */
  renew(ops: readonly QueuedOp[]): void {
    for (const op of ops) {
      if (!this.#byNumber.has(op.n)) continue
      this.drop(op.n)
      const shown = this.show(op)
      if (shown) this.number(shown, op.n)
    }
  }

  #on(model: string, id: string): (readonly [number, OverlayOp])[] {
    if (this.#store.opsOn(model, id).length === 0) return []
    return [...this.#byNumber].filter(([, op]) => op.model === model && op.id === id)
  }

  clear(): void {
    this.dropThrough(Number.POSITIVE_INFINITY)
  }
}

function overlayOp(model: Model, { id, action, fields = {} }: OpDraft): OverlayOp {
  const plain: Record<string, unknown> = {}
  const operators: Record<string, Operator> = {}
  for (const [name, value] of Object.entries(decodeFields(model, fields))) {
    if (isOperator(model, name, value)) operators[name] = value
    else plain[name] = value
  }
  const whole = action === 'create' ? { ...impliedValues(model), ...plain } : plain
  const hasOperators = Object.keys(operators).length > 0
  return { model: model.name, id, action, fields: whole, ...(hasOperators && { operators }) }
}

function isOperator(model: Model, name: string, value: unknown): value is Operator {
  const policy = model.fields[name]?.onConflict
  const takesOperators = policy === 'counter' || policy === 'set'
  return takesOperators && typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a new record holds in fields that its author did not name. */
function impliedValues(model: Model): Readonly<Record<string, unknown>> {
  const implied: Record<string, unknown> = {}
  for (const field of Object.values(model.fields)) {
    if (field.default !== undefined) implied[field.name] = field.default
    else if (field.nullable) implied[field.name] = null
  }
  return decodeFields(model, implied)
}
