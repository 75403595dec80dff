/** Writing from a component, with how far it is told honestly (K2). */
import { useMemo, useReducer } from 'react'
import { followWrite, type Mutation, type Write } from '../bindings/follow-write.ts'
import { IDLE, stepMutation } from '../bindings/mutation-state.ts'
import type { Client } from '../client/client.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { Schema } from '../schema/define-schema.ts'
import { useLatest } from './use-latest.ts'

/** Runs `write` with the client, and follows what becomes of what it returns. */
export function useMutationOf(
  client: Client<Schema>,
  write: Write,
): Mutation<readonly unknown[], Submission> {
  const [state, tell] = useReducer(stepMutation<Submission>, IDLE)
  const latest = useLatest(write)
  const calls = useMemo(
    () => ({
      mutate: (...values: readonly unknown[]) => followWrite(() => latest.current(client, ...values), tell),
      reset: () => tell({ now: {} }),
    }),
    [client, latest],
  )
  return useMemo(() => ({ ...state, ...calls }), [state, calls])
}
