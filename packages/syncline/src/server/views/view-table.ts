/**
 * All views with members, and the one line in which batches pass through them.
 *
 * Flow: batch → which views can it concern? → one question to the database for all views of a model → each view's
 * changes → its room. Batches take their turn, so that every view sees them in order (L2); other rooms do not wait.
 * A view that cannot be read is given up and loaded again by its members; the line goes on without it (W4).
 */
import type { Database } from '../../postgres/database.ts'
import { covers } from '../../postgres/log/cursor.ts'
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import { isStatementFault } from '../../postgres/statement-fault.ts'
import type { Model } from '../../schema/model.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import type { Logger } from '../logger.ts'
import { Delivery } from '../rooms/delivery.ts'
import { readEntering, readShown } from './view-reader.ts'
import { changesOfModel, synthetic, type ViewStep, viewChanges } from './view-changes.ts'
import type { View, ViewBatch } from './view.ts'

export interface ViewTableOptions {
  readonly database: Database
  readonly schemaHash: string
  readonly seal: (content: CursorContent) => string
  /** Spells the ids of changes as they are shown. */
  readonly show: (rows: readonly LogRow[]) => readonly LogRow[]
  readonly log: Logger
}

/** Batches in the line; beyond it all views are loaded again. */
const LONGEST_LINE = 1_000
const RETRY_AFTER_MS = 250

export class ViewTable {
  readonly #options: ViewTableOptions
  readonly #views = new Map<string, View>()
  #line: (() => Promise<void>)[] = []
  #isRunning = false
  /** Rises when the line is given up: what waits in it passes no more. */
  #era = 0

  constructor(options: ViewTableOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#views.size
  }

  find(key: string): View | undefined {
    return this.#views.get(key)
  }

  add(view: View): void {
    this.#views.set(view.definition.key, view)
  }

  remove(view: View): void {
    this.#views.delete(view.definition.key)
  }

  /** Takes a batch; never throws. */
  take(batch: ViewBatch): void {
    const isOfNoConcern =
      batch.reload === null && ![...this.#views.values()].some((view) => isTouched(view, batch))
    if (isOfNoConcern) return
    if (batch.reload !== null || this.#line.length >= LONGEST_LINE) {
      this.#era++
      return this.#reloadAll(batch, batch.reload ?? 'too_many_changes')
    }
    const era = this.#era
    this.#enqueue(async () => {
      if (era === this.#era) await this.#pass(batch, [...this.#views.values()])
    })
  }

  /** A view has been loaded, in this era of it: it catches up with what came meanwhile. */
  begin(view: View, era: number, records: ReadonlyMap<string, number>, snapshot: SnapshotText): void {
    this.#enqueue(async () => {
      if (view.state !== 'new' || view.era !== era) return
      const kept = view.begin(records)
      if (kept === null)
        return this.#deliver(view, [], { from: snapshot, to: snapshot, history: '' }, 'too_many_changes')
      for (const batch of kept) if (!covers(snapshot, batch.to)) await this.#pass(batch, [view])
    })
  }

  /** Resolves when every batch that was taken has passed. */
  settled(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve()
    return new Promise((resolve) => this.#enqueue(async () => resolve()))
  }

  get isSettled(): boolean {
    return !this.#isRunning
  }

  #enqueue(work: () => Promise<void>): void {
    this.#line.push(work)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    for (let work = this.#line.shift(); work; work = this.#line.shift()) await this.#untilDone(work)
    this.#isRunning = false
  }

  /** The database may be away for a while: nothing passes before this batch has. */
  async #untilDone(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        this.#options.log.warn({ error: String(error) }, 'Views could not be read; it is tried again.')
        if (this.#views.size === 0) return
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
      }
    }
  }

  async #pass(batch: ViewBatch, views: readonly View[]): Promise<void> {
    const byModel = new Map<Model, View[]>()
    for (const view of views) {
      if (view.state === 'new') view.keep(batch)
      else byModel.set(view.definition.model, [...(byModel.get(view.definition.model) ?? []), view])
    }
    for (const [model, ofModel] of byModel) await this.#passModel(batch, model, ofModel)
  }

  async #passModel(batch: ViewBatch, model: Model, views: readonly View[]): Promise<void> {
    const rows = changesOfModel(batch.rows, model.name)
    const touched = [...new Set(rows.map(({ id }) => id))]
    const whole = views.filter(({ definition }) => batch.concerns(definition))
    const partly = touched.length === 0 ? [] : views.filter((view) => !whole.includes(view))
    await this.#ask(batch, model, whole, rows, null)
    await this.#ask(batch, model, partly, rows, touched)
  }

  async #ask(
    batch: ViewBatch,
    model: Model,
    views: readonly View[],
    rows: readonly LogRow[],
    ids: readonly string[] | null,
  ): Promise<void> {
    if (views.length === 0) return
    const { database } = this.#options
    const { shown, failed } = await readShown(
      database,
      model,
      views.map(({ definition }) => definition),
      ids,
    )
    for (const view of views) {
      const readable = shown.get(view.definition)
      if (!readable) {
        this.#giveUp(view, batch, failed.get(view.definition))
        continue
      }
      const asked = ids ?? [...view.records.ids()]
      try {
        await this.#send(view, batch, viewChanges(view.records, { rows, asked, readable }))
      } catch (error) {
        if (!isStatementFault(error)) throw error
        this.#giveUp(view, batch, error)
      }
    }
  }

  /** What its members have no longer follows on: they load it again, or learn that it cannot be read. */
  #giveUp(view: View, batch: ViewBatch, error: unknown): void {
    this.#options.log.warn({ error: String(error) }, 'A view could not be read; its members load it again.')
    view.reset()
    this.#deliver(view, [], batch, 'unavailable')
  }

  async #send(view: View, batch: ViewBatch, steps: readonly ViewStep[]): Promise<void> {
    const rows = await settledRows(this.#options.database, view, steps)
    if (view.state !== 'ready') return
    for (const row of rows) {
      if (row.action === 'leave' || row.action === 'delete') view.records.delete(row.id)
      else view.records.set(row.id, row.version)
    }
    if (rows.length > 0) this.#deliver(view, rows, batch, null)
  }

  #deliver(
    view: View,
    rows: readonly LogRow[],
    { from, to, history }: Pick<ViewBatch, 'from' | 'to' | 'history'>,
    reload: string | null,
  ): void {
    const { seal, show, schemaHash } = this.#options
    const views = new Map([[view.definition.cursorKey, view.records.digest]])
    const cursor = reload === null ? seal({ history, snapshot: to, schema: schemaHash, views }) : ''
    view.room.deliver(new Delivery(view.channel, show(rows), { from, to, cursor }, view.room.guard, reload))
  }

  #reloadAll(batch: ViewBatch, reason: string): void {
    for (const view of this.#views.values()) {
      view.reset()
      this.#deliver(view, [], batch, reason)
    }
  }
}

/** Whether a batch can have changed what a view shows. */
function isTouched({ definition }: View, batch: ViewBatch): boolean {
  return batch.concerns(definition) || batch.rows.some(({ model }) => model === definition.model.name)
}

/** The steps as rows: entering records are read whole; one that has gone again meanwhile is left out. */
export async function settledRows(
  database: Parameters<typeof readEntering>[0],
  { definition, records }: Pick<View, 'definition' | 'records'>,
  steps: readonly ViewStep[],
): Promise<LogRow[]> {
  const wanted = steps.flatMap((step) => ('enter' in step ? [step.enter] : []))
  const entering = new Map(
    (await readEntering(database, definition, wanted)).map((record) => [record.id, record]),
  )
  const model = definition.model.name
  return steps.flatMap((step): LogRow[] => {
    if ('send' in step) return [{ ...step.send, model }]
    const record = entering.get(step.enter)
    if (!record || records.has(record.id)) return []
    const { fields, fieldVersions } = record
    return [{ ...synthetic(record.id, 'enter', record.version, step.cause), model, fields, fieldVersions }]
  })
}
