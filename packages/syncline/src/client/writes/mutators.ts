/** `client.mutate.camera.update(id, { … })` and, for several writes as one, `client.transaction((tx) => …)`. */
import type { Schema } from '../../schema/define-schema.ts'
import type { Changes, ModelName, NewRow } from '../../schema/row-types.ts'
import { mapped } from '../../schema/mapped.ts'
import type { OpDraft } from '../outbox/outbox.ts'
import type { Submission } from '../outbox/submissions.ts'
import { checkSize, draftCreate, type DraftContext, draftDelete, draftUpdate } from './draft.ts'

/** A write on its way. Nobody needs to listen: a refused write is also in `client.parked`. */
export interface Write extends Submission {
  /** Id of the record. */
  readonly id: string
  /** The device's number of the op; undefined until the device's storage is open. */
  readonly n: number | undefined
  /** Resolves when the device has the write: to true when that outlives the page, to false with `memory()`. */
  readonly stored: Promise<boolean>
  /** Resolves when it is committed on the server; rejects with a `SynclineError` when it was refused. */
  readonly confirmed: Promise<void>
}

export interface WriteOptions {
  /** False shows the write only when it is confirmed. @default true */
  readonly optimistic?: boolean
}

/**
 * Writes of one model. The page shows them when the call returns.
 * @throws SynclineError when a field, value or id cannot be stored; nothing is queued then
 */
export interface Mutators<S extends Schema, M extends ModelName<S>> {
  create(row: NewRow<S, M>, options?: WriteOptions): Write
  /** Writes only the fields that are named. */
  update(id: string, changes: Changes<S, M>, options?: WriteOptions): Write
  delete(id: string, options?: WriteOptions): Write
}

/** The same inside a transaction, which is confirmed or refused as a whole. */
export interface TransactionMutators<S extends Schema, M extends ModelName<S>> {
  create(row: NewRow<S, M>): { readonly id: string }
  update(id: string, changes: Changes<S, M>): void
  delete(id: string): void
}

export type Mutate<S extends Schema> = { readonly [M in ModelName<S>]: Mutators<S, M> }
export type Transaction<S extends Schema> = { readonly [M in ModelName<S>]: TransactionMutators<S, M> }

type Submit = (drafts: readonly OpDraft[], isOptimistic: boolean) => Submission
type AnyFields = Readonly<Record<string, unknown>>

/** Makes the mutators of every model; each write is a transaction of its own. */
export function createMutate<S extends Schema>(context: DraftContext, submit: Submit): Mutate<S> {
  const write = (draft: OpDraft, { optimistic = true }: WriteOptions = {}): Write => {
    checkSize([draft])
    return Object.assign(submit([draft], optimistic), { id: draft.id })
  }
  return mutatorsWith(context, write) as Mutate<S>
}

/** Collects what `work` writes and submits it as one; nothing is queued when it throws. */
export function runTransaction<S extends Schema>(
  context: DraftContext,
  submit: Submit,
  work: (tx: Transaction<S>) => void,
  { optimistic = true }: WriteOptions = {},
): Submission {
  const drafts: OpDraft[] = []
  const add = (draft: OpDraft) => {
    drafts.push(draft)
    return { id: draft.id }
  }
  const result: unknown = work(mutatorsWith(context, add) as Transaction<S>)
  if (result instanceof Promise) {
    throw new TypeError('A transaction cannot wait: its function returned a promise. Await before it.')
  }
  if (drafts.length === 0)
    return { n: undefined, stored: Promise.resolve(true), confirmed: Promise.resolve() }
  checkSize(drafts)
  return submit(drafts, optimistic)
}

/** The mutators of every model; `take` gets what each of them drafts. */
function mutatorsWith(
  context: DraftContext,
  take: (draft: OpDraft, options?: WriteOptions) => unknown,
): object {
  return mapped(context.schema.models, (model) => ({
    create: (row: AnyFields, options?: WriteOptions) => take(draftCreate(context, model, row), options),
    update: (id: string, changes: AnyFields, options?: WriteOptions) =>
      take(draftUpdate(context, model, id, changes), options),
    delete: (id: string, options?: WriteOptions) => take(draftDelete(context, model, id), options),
  }))
}
