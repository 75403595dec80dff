/** All channels whose markers somebody asked for: found by what marks them, and by the rule that guards them. */
import type { Batch } from '../../postgres/log-row.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Guards } from '../rooms/guards.ts'
import { RecheckRounds } from '../rooms/recheck-rounds.ts'
import type { Room } from '../rooms/room.ts'
import { RoomTable } from '../rooms/room-table.ts'
import { deriveMarks } from './derive-marks.ts'
import type { MarkerNotice } from './marker-notice.ts'
import type { Marks } from './marks.ts'
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

  /** The stream of a channel, made when nobody listens to it yet. */
  open(channel: string, create: () => Stream): Stream {
    const known = this.#streams.get(channel)
    if (known) return known
    const stream = create()
    this.#streams.set(channel, stream)
    this.#rooms.open(stream.key, () => stream.room)
    for (const key of stream.marked.keys)
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(stream))
    return stream
  }

  closeIfEmpty(stream: Stream): void {
    if (stream.room.members.size > 0 || this.#streams.get(stream.channel) !== stream) return
    this.#streams.delete(stream.channel)
    this.#rooms.closeIfEmpty(stream.key)
    for (const key of stream.marked.keys) {
      const streams = this.#byKey.get(key)
      if (streams?.delete(stream) && streams.size === 0) this.#byKey.delete(key)
    }
  }

  /** Holds every stream whose right a batch can have changed until one check (A2). */
  holdTouched(batch: Batch): void {
    // What was left out may have been anything, also a change of rights.
    if (isCut(batch)) for (const room of this.#rooms.all()) room.holdForCheck()
    else
      for (const [model, ids] of this.#guards.find(batch.rows))
        for (const room of this.#rooms.guardedBy(model, ids)) room.holdForCheck()
  }

  /** What a batch says of each stream that it concerns. */
  marked(batch: Batch): Map<Stream, Marks> {
    const marked = new Map<Stream, Marks>()
    if (isCut(batch)) {
      for (const stream of this.all()) marked.set(stream, stream.marked.refresh())
      return marked
    }
    const derived = deriveMarks(this.#schema, batch.rows)
    const concerned =
      derived.wholeModels.size > 0
        ? this.all()
        : [...derived.channels.keys()].flatMap((key) => [...(this.#byKey.get(key) ?? [])])
    for (const stream of concerned) {
      const marks = stream.marked.marksIn(derived)
      if (marks) marked.set(stream, marks)
    }
    return marked
  }

  /** Checks the rights of some subscribers again: of all within `rounds` calls. */
  recheckSome(rounds: number): void {
    this.#rechecks.next(this.#rooms.all(), rounds)
  }
}

function isCut({ reset, overflowing }: Batch): boolean {
  return reset !== undefined || overflowing.size > 0
}
