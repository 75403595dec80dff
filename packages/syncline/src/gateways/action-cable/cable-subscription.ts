import type { Performed } from './cable-command.ts'

/** One identifier that a client has subscribed to, in either form of `SyncChannel`. */
export interface CableSubscription {
  /** The channels that it follows by right, for whoever looks. */
  readonly channels: readonly string[]
  /** Asks for what it stands for; called once. */
  begin(): void
  /** The client repeats a subscribe that it has seen no answer to. */
  confirmAgain(): void
  /** Does what `perform(action, { identifier[, cursor] })` asks. */
  perform(performed: Performed, receivedAtMs: number): void
  /** Ends everything without a word. */
  end(): void
}
