/**
 * The rows of one model as one load brought them. A row that nothing has touched since but updates of its room has no
 * entry, so that a load of 100,000 rows is shown at once, and not row by row (docs/decisions/0015; bench: G7, G11).
 */
import { firstAt } from '../query/sorted-rows.ts'
import type { RoomMembers } from './room-members.ts'
import type { StagedRoom } from './staged-room.ts'
import type { StoreRecord } from './store-record.ts'

export class LoadedRows {
  readonly model: string
  /** The load under way that they belong to, or the room that shows them. */
  owner: StagedRoom | RoomMembers
  /** How many are left. */
  size = 0
  /** Those that come in rising order are found by bisection: an index of all would cost more than reading them. */
  readonly #ids: string[] = []
  /** In the order of their ids; without those that have an entry now. */
  readonly #records: (StoreRecord | undefined)[] = []
  /** Where an id was looked for last. */
  #last = 0
  /** Records whose ids are out of order. */
  readonly #others = new Map<string, StoreRecord | undefined>()

  constructor(model: string, owner: StagedRoom) {
    this.model = model
    this.owner = owner
  }

  /** Takes a record in, unless it is there. */
  add(record: StoreRecord): void {
    const { id } = record.fields
    const isNext = this.#isAfter(1, id)
    // Asking an empty map too costs a hash of the id.
    if (isNext ? this.#others.size > 0 && this.#others.has(id) : this.get(id)) return
    this.size++
    if (isNext || this.#isAfter(2, id)) {
      // What is out of order is the one before.
      if (!isNext) this.#others.set(this.#ids.pop() as string, this.#records.pop())
      this.#ids.push(id)
      this.#records.push(record)
    } else this.#others.set(id, record)
  }

  /** An id comes after the last one, or the one before that. */
  #isAfter(back: number, id: string): boolean {
    const other = this.#ids.at(-back)
    return !other || isBefore(other, id)
  }

  get(id: string): StoreRecord | undefined {
    const record = this.#records[this.#placeOf(id)]
    return record?.fields.id === id ? record : this.#others.get(id)
  }

  /** Puts a record in the place of the one that is there. */
  replace(record: StoreRecord): void {
    const { id } = record.fields
    const place = this.#placeOf(id)
    if (this.#records[place]?.fields.id === id) this.#records[place] = record
    else this.#others.set(id, record)
  }

  /** Takes a record out. */
  take(id: string): StoreRecord | undefined {
    const place = this.#placeOf(id)
    let record = this.#records[place]
    if (record?.fields.id === id) this.#records[place] = undefined
    else {
      record = this.#others.get(id)
      this.#others.delete(id)
    }
    if (record) this.size--
    return record
  }

  /** Visits the records that are left. */
  each(visit: (record: StoreRecord) => void): void {
    for (const record of [...this.#records, ...this.#others.values()]) if (record) visit(record)
  }

  /** Where an id stands, or would: often behind the one that was looked for before it. */
  #placeOf(id: string): number {
    if (this.#ids[this.#last] !== id && this.#ids[++this.#last] !== id)
      this.#last = firstAt(this.#ids, (other) => !isBefore(other, id))
    return this.#last
  }
}

/** Shorter ids come first, so that the numbers of a serial column rise as text, too. */
function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}
