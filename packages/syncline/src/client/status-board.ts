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
  /** Those that the page takes care of, its own among them. */
  readonly devices: readonly { readonly writes: Writes }[]
  readonly rooms: Rooms
  readonly dialogue: Dialogue
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
    const { clock, devices, rooms, dialogue, storageHealth } = this.#sources
    const queues = devices.map(({ writes }) => writes.queued)
    const [oldest] = queues.flatMap(([first]) => first?.at ?? []).sort()
    const known = dialogue.facts
    const facts = {
      ...known,
      // Without an answer, what was said of a room before is no reason.
      problem: known.problem ?? (dialogue.isConnected || known.hasPolled ? rooms.problem : undefined),
      pending: queues.flat().length,
      oldestAt: oldest,
      isAwaitingRooms: rooms.isBehind,
      storage: storageHealth,
    }
    this.status.set(statusOf(facts, clock.now()))
    this.parked.set(devices.flatMap(({ writes }) => writes.outbox?.parked ?? []))
    if (oldest && !this.#isClosed) {
      this.#cancelTick ??= clock.after(AGE_TICK_MS, () => {
        this.#cancelTick = undefined
        this.update()
      })
    } else this.#stop()
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
}
