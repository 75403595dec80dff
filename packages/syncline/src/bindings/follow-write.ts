/** Writing for a page, with how far it is told honestly (K2). */
import type { Client } from '../client/client.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { MutationNews, MutationState } from './mutation-state.ts'

export interface Mutation<Arguments extends readonly unknown[], Written> extends MutationState<Written> {
  /**
   * Writes; the page shows it when the call returns. Never throws: a value that cannot be written gives undefined,
   * and `error` says why. Always the same function.
   */
  readonly mutate: (...values: Arguments) => Written | undefined
  /** Forgets how the last write ended. */
  readonly reset: () => void
}

export type Write = (client: Client<Schema>, ...values: readonly unknown[]) => Submission

type Tell = (news: MutationNews<Submission>) => void

/** Runs a write, and tells what becomes of it. */
export function followWrite(write: () => Submission, tell: Tell): Submission | undefined {
  let of: Submission
  try {
    of = write()
  } catch (error) {
    tell({ now: { status: 'error', error: error as Error } })
    return undefined
  }
  tell({ now: { status: 'pending', data: of }, count: 1 })
  of.stored.then(
    (isStored) => tell({ of, now: { isStored } }),
    // The device did not take it: `isStored` stays false until the server has it.
    () => {},
  )
  of.confirmed.then(
    () => tell({ of, now: { status: 'success', isStored: true }, count: -1 }),
    (error: Error) => tell({ of, now: { status: 'error', error }, count: -1 }),
  )
  return of
}
