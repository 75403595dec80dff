/** How synchronisation stands, in words that a page can show (K2: nothing says "saved" before it is). */
import type { StorageHealth, StorageProblem } from './storage/health.ts'
import { isConnected } from './session/phase.ts'
import { isPolling, NEW_SESSION, type Session } from './session/session.ts'

export interface SyncStatus {
  /**
   * `realtime`: connected, everything sent and received; `synced`: the same over polling; `syncing`: on the way;
   * `offline`: no server; `error`: the server said not to come back; `idle`: not started.
   */
  readonly status: 'idle' | 'syncing' | 'synced' | 'error' | 'offline' | 'realtime'
  /** A socket is open and welcome. */
  readonly realtimeConnected: boolean
  /** Writes that the server has not acknowledged. */
  readonly pending: number
  /** Age of the oldest of them, in ms; undefined when there is none. */
  readonly oldestPendingMs: number | undefined
  /** When everything was last known to be in step, in ms since 1970. */
  readonly lastSyncedAt: number | undefined
  readonly transport: 'socket' | 'polling'
  /**
   * Why the server said not to come back, what answers in its place, why a write is not applied for now, or why a
   * joined room cannot be read.
   */
  readonly problem: { readonly code: string; readonly message: string } | undefined
  /**
   * `durable`: what says `stored` outlives the page; `memory`: it need not, as asked; `failed`: it should and does
   * not, so the page works from memory; `opening`: not known yet.
   */
  readonly storage: 'opening' | StorageHealth['state']
  /** Why the device keeps nothing. */
  readonly storageProblem: StorageProblem | undefined
}

export interface StatusFacts {
  readonly session: Session
  readonly pending: number
  /** ISO text. */
  readonly oldestAt?: string | undefined
  /** A joined room is not in step. */
  readonly isAwaitingRooms: boolean
  /** The last poll was answered. */
  readonly hasPolled: boolean
  readonly lastSyncedAt?: number | undefined
  readonly problem?: SyncStatus['problem']
  /** Undefined until it is open. */
  readonly storage?: StorageHealth | undefined
}

/** Sums up what the parts of the client know. */
export function statusOf(facts: StatusFacts, now: number): SyncStatus {
  const { session, pending, oldestAt, lastSyncedAt, problem, storage } = facts
  return {
    status: wordFor(facts),
    realtimeConnected: isConnected(session.phase),
    pending,
    oldestPendingMs: oldestAt ? Math.max(0, now - Date.parse(oldestAt)) : undefined,
    lastSyncedAt,
    transport: isPolling(session) ? 'polling' : 'socket',
    problem,
    storage: storage?.state ?? 'opening',
    storageProblem: storage?.problem,
  }
}

function wordFor({ session, pending, isAwaitingRooms, hasPolled }: StatusFacts): SyncStatus['status'] {
  switch (session.phase) {
    case 'stopped':
      return 'idle'
    case 'refused':
      return 'error'
    case 'live':
      return pending > 0 || isAwaitingRooms ? 'syncing' : 'realtime'
    case 'catchingUp':
      return 'syncing'
    default:
      if (hasPolled) return pending > 0 || isAwaitingRooms ? 'syncing' : 'synced'
      return session.failures === 0 ? 'syncing' : 'offline'
  }
}

/** Before anything was started. */
export const IDLE: SyncStatus = statusOf(
  { session: NEW_SESSION, pending: 0, isAwaitingRooms: false, hasPolled: false },
  0,
)
