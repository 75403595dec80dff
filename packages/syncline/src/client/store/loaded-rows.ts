/**
 * The rows of one model as one load brought them. A row that nothing has touched since has no entry, so that a load
 * of 100,000 rows is shown at once, and not row by row (docs/decisions/0015; bench: G7, G11).
 */
import type { RoomMembers } from './room-members.ts'
import type { StagedRoom } from './staged-room.ts'
import type { StoreRecord } from './store-record.ts'

export class LoadedRows {
  readonly model: string
  /** The load under way that they belong to, or the room that shows them. */
  owner: StagedRoom | RoomMembers
  /** How many are left. */
  size = 0
  readonly #ids: string[] = []
  /** In the order of their ids; without those that have an entry now. */
  readonly #records: (StoreRecord | undefined)[] = []
  /** So many ids come in rising order, and need no index. */
  #rising = 0
  /** Where the others are. */
  readonly #places = new Map<string, number>()

  constructor(model: string, owner: StagedRoom) {
    this.model = model
    this.owner = owner
  }

  /** Takes a record in, unless it is there. */
  add(record: StoreRecord): void {
    const { id } = record.fields
    const place = this.#ids.length
    if (this.#rising === place && (place === 0 || (this.#ids[place - 1] as string) < id)) this.#rising++
    else if (this.#placeOf(id) < 0) this.#places.set(id, place)
    else return
    this.#ids.push(id)
    this.#records.push(record)
    this.size++
  }

  get(id: string): StoreRecord | undefined {
    return this.#records[this.#placeOf(id)]
  }

  /** Takes a record out. */
  take(id: string): StoreRecord | undefined {
    const place = this.#placeOf(id)
    const record = this.#records[place]
    if (!record) return undefined
    this.#records[place] = undefined
    this.size--
    return record
  }

  /** Visits the records that are left. */
  each(visit: (record: StoreRecord) => void): void {
    for (const record of this.#records) if (record) visit(record)
  }

  #placeOf(id: string): number {
    let low = 0
    let high = this.#rising
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ids[middle] as string) < id) low = middle + 1
      else high = middle
    }
    return low < this.#rising && this.#ids[low] === id ? low : (this.#places.get(id) ?? -1)
  }
}
