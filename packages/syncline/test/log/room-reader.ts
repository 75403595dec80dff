/** A client's copy of one room: a first load, live batches, disconnections and catch-ups, as the server does them. */
import type { Database } from '../../src/postgres/database.ts'
import { catchUp } from '../../src/postgres/log/catch-up.ts'
import { covers, isVisible } from '../../src/postgres/log/cursor.ts'
import { readSnapshot, roomReads } from '../../src/postgres/log/snapshot.ts'
import type { Tail } from '../../src/postgres/log/tail.ts'
import type { Batch, LogRow, SnapshotText } from '../../src/postgres/log-row.ts'
import type { CompiledSchema, Model } from '../../src/schema/model.ts'

export interface CopiedRecord {
  readonly version: number
  readonly fields: Readonly<Record<string, unknown>>
}

export class RoomReader {
  readonly records = new Map<string, CopiedRecord>()
  readonly room: string
  /** Loads, catch-ups, and changes that did not follow the one before. */
  readonly counts = { loads: 0, catchUps: 0, unordered: 0 }
  readonly #database: Database
  readonly #schema: CompiledSchema
  readonly #id: string
  #cursor: { snapshot: SnapshotText; history: string } | null = null
  #isLive = false
  #held: Batch[] = []

  constructor(database: Database, schema: CompiledSchema, id: string) {
    this.#database = database
    this.#schema = schema
    this.#id = id
    this.room = `Production:${id}`
  }

  /** Joins with its cursor, or with none. Batches that arrive meanwhile are held. */
  async join(tail: Tail): Promise<void> {
    this.#held = []
    const place = { snapshot: tail.position, history: tail.history }
    if (this.#cursor === null || !(await this.#catchUp(tail, place))) await this.#load()
    this.#isLive = true
    for (const batch of this.#held) this.#take(batch, tail)
  }

  onBatch(batch: Batch, tail: Tail | undefined): void {
    if (!this.#isLive || !tail) this.#held.push(batch)
    else this.#take(batch, tail)
  }

  leave(): void {
    this.#isLive = false
  }

  async #load(): Promise<void> {
    const root = this.#schema.models.production as Model
    const loaded = await readSnapshot(this.#database, roomReads(this.#schema, root, this.#id))
    if (!loaded) throw new Error('A load without a check has no answer.')
    this.records.clear()
    for (const { model, columns, chunks } of loaded.tables) {
      for (const row of chunks.flatMap((chunk) => JSON.parse(`[${chunk}]`) as unknown[][])) {
        const fields = Object.fromEntries(columns.slice(3).map((name, index) => [name, row[index + 3]]))
        this.records.set(`${model} ${String(row[0])}`, { version: row[1] as number, fields })
      }
    }
    this.#cursor = { snapshot: loaded.snapshot, history: loaded.history }
    this.counts.loads++
  }

  async #catchUp(tail: Tail, place: { snapshot: SnapshotText; history: string }): Promise<boolean> {
    const cursor = this.#cursor as { snapshot: SnapshotText; history: string }
    const request = { rooms: [this.room], cursor, upTo: place.snapshot }
    // In turns from memory and from the table.
    const result = await catchUp(this.#database, request, this.counts.catchUps % 2 === 0 ? tail : undefined)
    if ('refused' in result) return false
    for (const row of result.rows) this.#apply(row)
    this.#cursor = result.snapshot === place.snapshot ? place : { ...cursor, snapshot: result.snapshot }
    this.counts.catchUps++
    return true
  }

  #take(batch: Batch, tail: Tail): void {
    const { snapshot } = this.#cursor as { snapshot: SnapshotText }
    if (covers(snapshot, batch.to)) return
    for (const row of batch.rows) {
      if (row.room === this.room && !isVisible(row.xid, snapshot)) this.#apply(row)
    }
    this.#cursor = { snapshot: batch.to, history: tail.historyAt(batch.to) as string }
  }

  #apply(row: LogRow): void {
    const key = `${row.model} ${row.id}`
    const known = this.records.get(key)
    if (row.action === 'delete' || row.action === 'leave') {
      this.records.delete(key)
      return
    }
    const fields = JSON.parse(row.fields as string) as Record<string, unknown>
    const isNew = row.action === 'create' || row.action === 'enter'
    if (isNew ? known !== undefined : known?.version !== row.version - 1) this.counts.unordered++
    this.records.set(key, { version: row.version, fields: isNew ? fields : { ...known?.fields, ...fields } })
  }
}
