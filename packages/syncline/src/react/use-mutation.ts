/** Writing from a component, with how far it is told honestly (K2). */
import { useMemo, useReducer } from 'react'
import type { Client } from '../client/client.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { Schema } from '../schema/define-schema.ts'
import { IDLE, type MutationNews, type MutationState, stepMutation } from './mutation-state.ts'
import { useLatest } from './use-latest.ts'

export interface Mutation<Arguments extends readonly unknown[], Written> extends MutationState<Written> {
  /**
   * Writes; the page shows it when the call returns. Never throws: a value that cannot be written gives undefined,
   * and `error` says why. The same function in every render.
   */
  readonly mutate: (...values: Arguments) => Written | undefined
  /** Forgets how the last write ended. */
  readonly reset: () => void
}

type Write = (client: Client<Schema>, ...values: readonly unknown[]) => Submission

/** Runs `write` with the client, and follows what becomes of what it returns. */
export function useMutationOf(
  client: Client<Schema>,
  write: Write,
): Mutation<readonly unknown[], Submission> {
  const [state, tell] = useReducer(stepMutation<Submission>, IDLE)
  const latest = useLatest(write)
  const calls = useMemo(() => {
    const mutate = (...values: readonly unknown[]) => {
      try {
        const written = latest.current(client, ...values)
        follow(written, tell)
        return written
      } catch (error) {
        tell({ now: { status: 'error', error: error as Error } })
        return undefined
      }
    }
    return { mutate, reset: () => tell({ now: {} }) }
  }, [client, latest])
  return useMemo(() => ({ ...state, ...calls }), [state, calls])
}

function follow(of: Submission, tell: (news: MutationNews<Submission>) => void): void {
  tell({ now: { status: 'pending', data: of }, count: 1 })
  of.stored.then(
    () => tell({ of, now: { isStored: true } }),
    // The device did not take it: `isStored` stays false until the server has it.
    () => {},
  )
  of.confirmed.then(
    () => tell({ of, now: { status: 'success', isStored: true }, count: -1 }),
    (error: Error) => tell({ of, now: { status: 'error', error }, count: -1 }),
  )
}
