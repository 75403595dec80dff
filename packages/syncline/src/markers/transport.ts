/** What a transport is: a connection that joins channels and hears of markers. */
import type { Clock } from './clock.ts'
import type { IncomingMessage } from './message.ts'

/** `connected`, trying, or given up: switched off, refused, or out of attempts. */
export type SyncState = 'connected' | 'reconnecting' | 'off'

/** What a transport tells. */
export interface TransportHost {
  /** `attempts` counts the tries to connect again, in a row. */
  onState(state: SyncState, attempts?: number): void
  /** Connected: join. */
  onOpen(): void
  /**
   * The channel is live. Without `isContinued` whatever happened before this moment is unknown, and its props are
   * loaded again (R1).
   */
  onJoined(channel: string, isContinued: boolean, cursor?: string): void
  onMarker(message: IncomingMessage): void
  /** The server will not have the user in this channel. */
  onRejected(channel: string, reason: unknown): void
  /** The server could not answer for a moment: ask for the channel again. */
  onRetry(channel: string): void
  /** Every joined channel has arrived here. */
  onCursor(cursor: string): void
  onDebounce(debounceMs: number): void
}

export interface TransportSettings {
  readonly clock: Clock
  readonly random: () => number
  /** Tries again, in a row, after which the connection is given up. */
  readonly maxAttempts: number
  /** Upper bound of the first wait, in ms. */
  readonly minDelayMs: number
}

export interface Connection {
  /** Subscribes, from a cursor when one is known. A channel may be joined again from another. */
  join(channel: string, cursor?: string): void
  leave(channel: string): void
  /** The device came online or into view: tries at once. */
  wake(): void
  /** Tries again after the wait that is due, unless it is connected, trying, waiting, or out of attempts. */
  retry?(): void
  close(): void
}

export type Transport = (host: TransportHost, settings: TransportSettings) => Connection

/** The part of a WebSocket that is used: the browser's, `ws`, or a test's. */
export interface SocketLike {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(): void
}

export interface SocketOptions {
  /** @default the platform's */
  readonly WebSocket?: new (
    url: string,
    protocol: string,
  ) => SocketLike
}
