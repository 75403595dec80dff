/** Writing from a component, with how far it is told honestly (K2). */
import { useCallback, useMemo, useReducer } from 'react'
import type { Client } from '../client/client.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { Schema } from '../schema/define-schema.ts'
import { IDLE, type MutationEvent, type MutationState, stepMutation } from './mutation-state.ts'
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

/** Runs `write` with the client, and follows what becomes of what it returns. */
export function useMutationOf<
  C extends Client<Schema>,
  Arguments extends readonly unknown[],
  Written extends Submission,
>(client: C, write: (client: C, ...values: Arguments) => Written): Mutation<Arguments, Written> {
  const [state, tell] = useReducer(stepMutation<Written>, IDLE)
  const latest = useLatest(write)
  const mutate = useCallback(
    (...values: Arguments) => {
      try {
        const written = latest.current(client, ...values)
        follow(written, tell)
        return written
      } catch (error) {
        tell({ type: 'mistaken', error: error as Error })
        return undefined
      }
    },
    [client, latest],
  )
  const reset = useCallback(() => tell({ type: 'reset' }), [])
  return useMemo(() => ({ ...state, mutate, reset }), [state, mutate, reset])
}

function follow<Written extends Submission>(
  data: Written,
  tell: (event: MutationEvent<Written>) => void,
): void {
  tell({ type: 'submitted', data })
  data.stored.then(
    () => tell({ type: 'stored', data }),
    // The device did not take it: `isStored` stays false until the server has it.
    () => {},
  )
  data.confirmed.then(
    () => tell({ type: 'confirmed', data }),
    (error: Error) => tell({ type: 'refused', data, error }),
  )
}
