/**
 * The server core as gateways see it: sessions in, frames out, and single questions for HTTP.
 *
 * Flow: a gateway proves who is asking (`identify`), then either opens a session and hands it the messages
 * of a live connection, or asks once (`pull`, `push`, `write`). The core answers in the words of `protocol/`;
 * the gateway owns the wire: requests, sockets, headers, status codes.
 */
import type { Database } from '../postgres/database.ts'
import type { Conflict, Push, PushOutcome, SingleOutcome, SingleWrite } from '../postgres/apply/writer.ts'
import type { Tail } from '../postgres/log/tail.ts'
import type { Rules } from '../postgres/rules.ts'
import type { SynclineError } from '../protocol/errors.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema } from '../schema/model.ts'
import type { Identity } from './identity.ts'
import type { Ids } from './ids/ids.ts'
import type { ShownIds } from './ids/shown-ids.ts'
import type { Limits } from './limits.ts'
import type { Logger } from './logger.ts'
import type { Markers } from './marking/markers.ts'
import type { Metrics } from './metrics.ts'
import type { PagePosition } from './page-position.ts'
import type { Asker } from './rates.ts'

/** A request that was turned away; `message` is fact, value, remedy. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly retryAfterMs?: number
}

/** One channel of a pull. */
export interface PullJoin {
  readonly channel: string
  readonly want?: 'rows' | 'markers'
  readonly cursor?: string
  readonly history?: boolean
}

export interface PullRequest {
  readonly user: User
  /** Absent: nothing is acknowledged and no device row is touched (a plain `GET /sync/pull?channel=…`). */
  readonly device?: string
  /** Version of the device's schema; the server's own when absent. */
  readonly schema?: number
  /** Rejections read up to this op number. */
  readonly read?: number
  readonly joins: readonly PullJoin[]
  /** Records and changes after which no further channel is read: those behind it are in no message. @default all are read */
  readonly enough?: number
}

/** What became of a push, with the conflicts as its user may read them. */
export interface PushAnswer extends Omit<PushOutcome, 'conflicts'> {
  readonly conflicts: readonly Conflict[]
}

/** What the core knows about its own health. */
export interface Health {
  readonly status: 'healthy' | 'starting' | 'unhealthy' | 'disabled'
  readonly database: {
    readonly connected: boolean
    readonly latencyMs: number
    readonly kind: 'postgres' | 'pglite'
  }
  /** Time since the tail last read everything, in ms. */
  readonly lagMs: number
  readonly connections: number
  readonly rooms: number
}

/** What every gateway is given. All members may be used once `ready` has resolved. */
export interface Core {
  readonly schema: CompiledSchema
  readonly database: Database
  /** How ids are shown, on every wire and in pages. */
  readonly ids: Ids
  /** Spells ids in what leaves. */
  readonly shown: ShownIds
  readonly rules: Rules
  readonly tail: Tail
  readonly limits: Limits
  readonly log: Logger
  readonly metrics: Metrics
  /** Subscriptions to markers, for every wire. */
  readonly markers: Pick<Markers, 'subscribe'>
  /** Where the log stands at a moment after this call, for a page that is about to be read (R1); null while turned off. */
  position(): Promise<PagePosition | null>
  /** Origins whose pages may use a cookie, beside the request's own host. */
  readonly allowedOrigins: ReadonlySet<string>
  /** Resolves when database, log and tail are up; rejects with the reason when they cannot be. */
  readonly ready: Promise<void>
  /** Asks each authenticator in turn. A gateway first removes cookies that came from a foreign origin. */
  identify(request: Request): Promise<Identity | null>
  /** What a page of this foreign origin hears, of whom no token says who it is. */
  foreignOrigin(origin: string | null | undefined): SynclineError
  /** False when sync is turned off, for everybody or for this user: answer `disabled`. */
  isEnabled(user?: User): boolean
  /** Takes from a token bucket that is shared by all wires, one token by default; null when there was enough. */
  take(kind: 'pushes' | 'joins', of: Asker, amount?: number): Refusal | null
  /** Takes one connection, or one request of somebody unknown. */
  takeConnect(address: string): Refusal | null
  /**
   * Everything a socket would get for these channels, as the JSON text of each message, each channel's `joined`
   * last, and an `ack` at the end when a device asked: all from one database snapshot. `refused` when the whole
   * request is (`device_taken`, `schema_too_old`).
   */
  pull(
    request: PullRequest,
  ): Promise<{ readonly messages: readonly string[] } | { readonly refused: Refusal }>
  /** Commits ops; the same path as a socket's. Ops come from `acceptOps` (`server/accept.ts`). */
  push(push: Push): Promise<PushAnswer>
  /** Commits one write without a device: REST. The fields come from `acceptFields` (`server/accept.ts`). */
  write(write: SingleWrite): Promise<SingleOutcome>
  /**
   * Whether this user may read the channel now, and the record behind it. `not_found` covers unknown, unreadable
   * and missing alike; hold the answer until 25 ms after the request arrived (`server/negative-answer.ts`).
   */
  mayRead(user: User, channel: string): Promise<boolean>
  health(): Promise<Health>
}
