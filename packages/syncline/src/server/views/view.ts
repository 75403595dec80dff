/** One view that somebody has joined: its room, and the records that its members have been shown. */
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import type { Room } from '../rooms/room.ts'
import type { ViewDefinition } from './view-definition.ts'
import { ViewRecords } from './view-records.ts'

/** A batch as it waits for the views. */
export interface ViewBatch {
  readonly from: SnapshotText
  readonly to: SnapshotText
  /** Fingerprint of the past at `to`. */
  readonly history: string
  readonly rows: readonly LogRow[]
  /** True when any record may have come or gone in the views that a name concerns; see `ViewDefinition.dependencies`. */
  readonly concerns: (view: ViewDefinition) => boolean
  /** Why views must be loaded again instead; null when the batch tells all. */
  readonly reload: string | null
}

/** `new`: nobody has loaded it yet, or it must be loaded again; what comes meanwhile is kept. */
export type ViewState = 'new' | 'ready'

/** Batches kept for a view that has not been loaded; beyond it they are dropped, and it is loaded again. */
const MOST_KEPT = 1_000

export class View {
  readonly definition: ViewDefinition
  readonly channel: string
  readonly room: Room
  readonly records = new ViewRecords()
  #state: ViewState = 'new'
  #kept: ViewBatch[] = []
  #hasMissed = false
  /** Rises with every reset: what was read before one is of no use after it. */
  #era = 0

  constructor(definition: ViewDefinition, channel: string, room: Room) {
    this.definition = definition
    this.channel = channel
    this.room = room
  }

  get state(): ViewState {
    return this.#state
  }

  get era(): number {
    return this.#era
  }

  /** Keeps a batch until the view has been loaded. */
  keep(batch: ViewBatch): void {
    if (this.#hasMissed) return
    this.#kept.push(batch)
    if (this.#kept.length <= MOST_KEPT) return
    this.#kept = []
    this.#hasMissed = true
  }

  /** Takes what was shown by a first load; null when batches were missed meanwhile, else those to catch up with. */
  begin(records: ReadonlyMap<string, number>): readonly ViewBatch[] | null {
    const kept = this.#kept
    const hasMissed = this.#hasMissed
    this.#kept = []
    this.#hasMissed = false
    if (hasMissed) return null
    for (const [id, version] of records) this.records.set(id, version)
    this.#state = 'ready'
    return kept
  }

  /** Forgets everything: it is loaded again. */
  reset(): void {
    this.#state = 'new'
    this.#era++
    this.#kept = []
    this.#hasMissed = false
    this.records.clear()
  }
}
