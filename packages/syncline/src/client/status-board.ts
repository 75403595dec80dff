/** Keeps `client.status` and `client.parked` true, and lets the age of an unsent write grow visibly (K2). */
import type { Clock } from './clock.ts'
import type { Dialogue } from './dialogue.ts'
import { createSource, isShallowEqual } from './observable.ts'
import type { ParkedOp } from './outbox/outbox.ts'
import type { Writes } from './outbox/writes.ts'
import type { Rooms } from './rooms/rooms.ts'
import type { StorageHealth } from './storage/health.ts'
import { IDLE, statusOf, type SyncStatus } from './sync-status.ts'

// 1 s: how often the age of an unsent write is told anew.
const AGE_TICK_MS = 1_000

export interface StatusSources {
  readonly clock: Clock
  readonly writes: Writes
  readonly rooms: Rooms
  readonly dialogue: Dialogue
  /** Devices that other pages have left. */
  readonly left: Iterable<{ readonly writes: Writes }>
  /** Undefined until the storage is open. */
  readonly storageHealth: StorageHealth | undefined
}

export class StatusBoard {
  readonly status = createSource<SyncStatus>(IDLE, isShallowEqual)
  readonly parked = createSource<readonly ParkedOp[]>([], isShallowEqual)
  readonly #sources: StatusSources
  #cancelTick: (() => void) | undefined
  #isClosed = false

  constructor(sources: StatusSources) {
    this.#sources = sources
  }

  update(): void {
    const { clock, writes, rooms, dialogue, storageHealth, left } = this.#sources
    const all = [writes, ...Array.from(left, (device) => device.writes)]
    const queues = all.map(({ queued }) => queued).filter(([first]) => first)
    const [oldest] = queues.map(([first]) => Date.parse(first?.at ?? '')).sort((a, b) => a - b)
    const known = dialogue.facts
    const facts = {
      ...known,
      // Without an answer, what was said of a room before is no reason.
      problem: known.problem ?? (dialogue.isConnected || known.hasPolled ? rooms.problem : undefined),
      pending: queues.reduce((sum, { length }) => sum + length, 0),
      oldestAt: oldest,
      isAwaitingRooms: rooms.isBehind,
      storage: storageHealth,
    }
    this.status.set(statusOf(facts, clock.now()))
    this.parked.set(all.flatMap(({ outbox }) => outbox?.parked ?? []))
    if (oldest && !this.#isClosed) this.#cancelTick ??= clock.after(AGE_TICK_MS, () => this.#tick())
    else this.#stop()
  }

  /** Ends the ticking; what changes is still told. */
  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  #stop(): void {
    this.#cancelTick?.()
    this.#cancelTick = undefined
  }

  #tick(): void {
    this.#cancelTick = undefined
    this.update()
  }
}
