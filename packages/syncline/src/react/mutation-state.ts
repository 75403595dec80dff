/**
 * How far the writes of one `useMutation` are, as data.
 *
 *   K2 honest   `success` is said when the server has committed, `isStored` when the device has; nothing before that
 */

export interface MutationState<Written> {
  /** Of the last write. `pending`: shown, and not confirmed yet; `success`: committed on the server; `error`: refused. */
  readonly status: 'idle' | 'pending' | 'success' | 'error'
  /** Why the last write was refused. */
  readonly error: Error | null
  /** The last write: its `id`, and promises of how far it is. */
  readonly data: Written | undefined
  /** The last write survives a reload: it is durable on the device, or committed. */
  readonly isStored: boolean
  /** How many writes, of all, are neither confirmed nor refused. */
  readonly pending: number
}

/** What happens to a write; `write` counts them, so that an earlier one says nothing about the last. */
export type MutationEvent<Written> =
  | { readonly type: 'submitted'; readonly data: Written }
  | { readonly type: 'mistaken'; readonly error: Error }
  | { readonly type: 'stored' | 'confirmed'; readonly data: Written }
  | { readonly type: 'refused'; readonly data: Written; readonly error: Error }
  | { readonly type: 'reset' }

export const IDLE: MutationState<never> = {
  status: 'idle',
  error: null,
  data: undefined,
  isStored: false,
  pending: 0,
}

export function stepMutation<Written>(
  state: MutationState<Written>,
  event: MutationEvent<Written>,
): MutationState<Written> {
  const { pending } = state
  switch (event.type) {
    case 'submitted':
      return { ...IDLE, status: 'pending', data: event.data, pending: pending + 1 }
    case 'mistaken':
      return { ...IDLE, status: 'error', error: event.error, pending }
    case 'reset':
      return { ...IDLE, pending }
    case 'stored':
      return event.data === state.data ? { ...state, isStored: true } : state
    case 'confirmed':
      return { ...lastOf(state, event.data, { status: 'success', isStored: true }), pending: pending - 1 }
    case 'refused':
      return { ...lastOf(state, event.data, { status: 'error', error: event.error }), pending: pending - 1 }
  }
}

/** The news, if it is about the last write. */
function lastOf<Written>(
  state: MutationState<Written>,
  data: Written,
  news: Partial<MutationState<Written>>,
): MutationState<Written> {
  return data === state.data ? { ...state, ...news } : state
}
