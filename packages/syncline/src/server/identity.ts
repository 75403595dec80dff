/** The seam between authentication (`server/authenticate`) and everything that needs to know who is asking. */
import type { User } from '../protocol/user.ts'

/** Who is asking, and for how long that is known. */
export interface Identity {
  readonly user: User
  /** Time (ms since 1970) at which what proved it expires; the connection ends then plus a short grace. */
  readonly expiresAtMs?: number
  /** What expires is a stored session, which no fresh token prolongs. @default false: a token */
  readonly isSession?: boolean
  /** Asks whether the session behind it still exists; a connection whose session was deleted ends. */
  readonly isStillValid?: () => Promise<boolean>
  /** Reads the user anew, null when the session is gone; rights that hang on the user's properties are checked again. */
  readonly current?: () => Promise<User | null>
}

/** Why a proof was not taken: for the server's log, since whoever sent it hears the same of every proof (G11). */
export interface ProofFault {
  readonly cause: string
  /** Fact, value, remedy. Never a secret, nor the token. */
  readonly message: string
  /** It happens every day, as when a session ends: no warning. */
  readonly isOrdinary?: boolean
}

/**
 * Finds out who sends a request; null when it proves nothing. A token of `hello` or `token` arrives as
 * `Authorization: Bearer …` on a request without cookies, so that one function serves every wire.
 * It must not throw for a bad proof; what it throws counts as `unavailable`.
 */
export interface Authenticate {
  (request: Request): Identity | null | Promise<Identity | null>
  /** Tables whose rows are the proof, such as `sessions`: a change there asks `current` or `isStillValid` at once. */
  readonly dependsOn?: readonly string[]
  /** What the log should say when a server starts with it: that its secret is short. */
  readonly warnings?: readonly string[]
  /** Says why a request that nobody took proves nothing; null when it carries no proof of this kind. */
  readonly whyNot?: (request: Request) => ProofFault | null | Promise<ProofFault | null>
}
