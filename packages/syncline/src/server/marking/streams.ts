/** All channels whose markers somebody asked for: found by what marks them, and by the rule that guards them. */
import type { Batch } from '../../postgres/log-row.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Guards, TouchedGuards } from '../rooms/guards.ts'
import { RecheckRounds } from '../rooms/recheck-rounds.ts'
import type { Room } from '../rooms/room.ts'
import { RoomTable } from '../rooms/room-table.ts'
import { type DerivedMarks, deriveMarks } from './derive-marks.ts'
import type { MarkerNotice } from './marker-notice.ts'
import type { Marks } from './marks.ts'
import type { ListChange, OwnList } from './own-list.ts'
import type { Stream } from './stream.ts'

type MarkerRoom = Room<MarkerNotice>

export class Streams {
  readonly #schema: CompiledSchema
  readonly #guards: Guards
  readonly #rooms = new RoomTable<MarkerRoom>()
  readonly #streams = new Map<string, Stream>()
  readonly #byKey = new Map<string, Set<Stream>>()
  readonly #rechecks = new RecheckRounds()

  constructor(schema: CompiledSchema, guards: Guards) {
    this.#schema = schema
    this.#guards = guards
  }

  get size(): number {
    return this.#streams.size
  }

  all(): IterableIterator<Stream> {
    return this.#streams.values()
  }

  /** The stream of this name, made when nobody listens to it yet. */
  open(name: string, create: () => Stream): Stream {
    const known = this.#streams.get(name)
    if (known) return known
    const stream = create()
    this.#streams.set(name, stream)
    this.#rooms.open(stream.key, () => stream.room)
    for (const key of stream.marked.keys)
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(stream))
    return stream
  }

  closeIfEmpty(stream: Stream): void {
    if (stream.room.members.size > 0 || this.#streams.get(stream.key.name) !== stream) return
    this.#streams.delete(stream.key.name)
    this.#rooms.closeIfEmpty(stream.key)
    for (const key of stream.marked.keys) {
      const streams = this.#byKey.get(key)
      if (streams?.delete(stream) && streams.size === 0) this.#byKey.delete(key)
    }
  }

  /** Holds every stream whose right a batch can have changed until one check (A2). Says which rights those are. */
  holdTouched(batch: Batch): TouchedGuards {
    // What was left out may have been anything, also a change of rights.
    if (isCut(batch)) {
      for (const room of this.#rooms.all()) room.holdForCheck()
      return NOTHING
    }
    const touched = this.#guards.find(batch.rows)
    for (const [model, ids] of touched)
      for (const room of this.#rooms.guardedBy(model, ids)) room.holdForCheck()
    return touched
  }

  /** What a batch says of each stream that it concerns, lists aside unless it concerns them for certain. */
  marked(batch: Batch): Map<Stream, Marks> {
    const derived = isCut(batch) ? 'everything' : deriveMarks(this.#schema, batch.rows)
    const marked = new Map<Stream, Marks>()
    for (const stream of this.#concernedBy(derived)) {
      const marks = stream.marked.marksIn(derived)
      if (marks) marked.set(stream, marks)
    }
    return marked
  }

  #concernedBy(derived: DerivedMarks | 'everything'): Iterable<Stream> {
    if (derived === 'everything' || derived.wholeModels.size > 0) return this.all()
    return [...derived.channels.keys()].flatMap((key) => [...(this.#byKey.get(key) ?? [])])
  }

  /** Lists that a batch may concern, and what it may mean for them. */
  *listsTouched({ rows }: Batch, touched: TouchedGuards): IterableIterator<[Stream, OwnList, ListChange]> {
    if (touched.size === 0) return
    for (const stream of this.all()) {
      const of = stream.list && touched.get(stream.model)
      if (!stream.list || !of) continue
      const ids = new Set(rows.filter(({ model }) => model === stream.model).map(({ id }) => id))
      yield [stream, stream.list, { ids, isWhole: of === 'all' }]
    }
  }

  /** Checks the rights of some subscribers again: of all within `rounds` calls. */
  recheckSome(rounds: number): void {
    this.#rechecks.next(this.#rooms.all(), rounds)
  }
}

const NOTHING: TouchedGuards = new Map()

function isCut({ reset, overflowing }: Batch): boolean {
  return reset !== undefined || overflowing.size > 0
}
