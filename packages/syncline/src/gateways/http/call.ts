/** What every HTTP call is given. */
import type { Identity } from '../../server/identity.ts'
import type { Core, Refusal } from '../../server/core.ts'

/** A request of somebody who is known. */
export interface Call {
  readonly core: Core
  readonly request: Request
  readonly url: URL
  readonly identity: Identity
  /** When it arrived, of `performance.now()`. */
  readonly receivedAtMs: number
  /** Takes as much again as the request itself has taken; null when there was enough. */
  readonly take: (amount: number) => Refusal | null
  /** The body, read within its limit. Throws `SynclineError`. */
  readonly body: () => Promise<string>
}
