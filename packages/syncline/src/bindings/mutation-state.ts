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

export const IDLE: MutationState<never> = {
  status: 'idle',
  error: null,
  data: undefined,
  isStored: false,
  pending: 0,
}

/** News of a write, or of a fresh start. */
export interface MutationNews<Written> {
  /** The write that it is about; undefined begins anew. */
  readonly of?: Written
  /** How the write stands now. */
  readonly now: Partial<MutationState<Written>>
  /** By how much the number of pending writes changes. */
  readonly count?: number
}

/** Takes news in: those of an earlier write say nothing about the last. */
export function stepMutation<Written>(
  state: MutationState<Written>,
  { of, now, count = 0 }: MutationNews<Written>,
): MutationState<Written> {
  const before = of ? state : IDLE
  return { ...before, ...((!of || of === state.data) && now), pending: state.pending + count }
}
