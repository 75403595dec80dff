/** One channel that has subscribers for its markers: under which keys it is marked, and who may read it. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { bareTable, type MarkerTarget } from '../channel-target.ts'
import { Readers } from '../rooms/readers.ts'
import { type CheckReaders, Room } from '../rooms/room.ts'
import type { RoomKey } from '../rooms/room-table.ts'
import type { Logger } from '../logger.ts'
import type { User } from '../../protocol/user.ts'
import { allKey, collectionKey, type DerivedMarks, recordKey } from './derive-marks.ts'
import { collectionProp, singleProp } from './marked-props.ts'
import type { MarkerNotice } from './marker-notice.ts'
import { type Marks, refreshOf, together } from './marks.ts'

export class Stream {
  readonly channel: string
  readonly target: MarkerTarget
  readonly key: RoomKey
  /** Keys of what marks it. */
  readonly keys: readonly string[]
  readonly room: Room<MarkerNotice>
  /** The prop that is named when it cannot be told what has changed. */
  readonly #prop: string
  readonly #readers: Readers

  constructor(
    channel: string,
    target: MarkerTarget,
    schema: CompiledSchema,
    check: CheckReaders,
    log: Logger,
  ) {
    this.channel = channel
    this.target = target
    this.key = roomKeyOf(channel, target)
    this.keys = keysOf(schema, target)
    this.room = new Room<MarkerNotice>(channel, check, log)
    this.#prop = propOf(schema, target)
    this.#readers = new Readers(check)
  }

  /** Name of the model that it is a channel of. */
  get model(): string {
    return this.target.model.name
  }

  mayRead(user: User): Promise<boolean> {
    return this.#readers.mayRead(user)
  }

  /** What is said of this channel; null when nothing is. */
  marksIn(derived: DerivedMarks): Marks | null {
    if (derived.wholeModels.has(this.model)) return this.refresh()
    let marks: Marks | null = null
    for (const key of this.keys) {
      const found = derived.channels.get(key)
      if (found) marks = marks ? together(marks, found) : found
    }
    return marks
  }

  /** A refresh of all that it may show. */
  refresh(): Marks {
    return refreshOf(this.#prop)
  }
}

function keysOf(schema: CompiledSchema, target: MarkerTarget): string[] {
  const { model } = target
  switch (target.kind) {
    case 'room':
      return [recordKey(model, target.id)]
    case 'all':
      return [allKey(model)]
    case 'mine':
      return []
    case 'collection': {
      // A record also joins or leaves the collection by its link.
      const { to, through } = target.relation
      const models = [to, ...(through === undefined ? [] : [through])]
      return models.map((name) => collectionKey(model, target.id, bareTable(schema.models[name] as Model)))
    }
  }
}

function roomKeyOf(channel: string, target: MarkerTarget): RoomKey {
  const id = target.kind === 'room' || target.kind === 'collection' ? target.id : null
  return { name: channel, guardModel: id === null ? null : target.model.name, guardId: id }
}

function propOf(schema: CompiledSchema, target: MarkerTarget): string {
  switch (target.kind) {
    case 'room':
      return singleProp(target.model).prop
    case 'all':
    case 'mine':
      return collectionProp(target.model).prop
    case 'collection':
      return collectionProp(schema.models[target.relation.to] as Model).prop
  }
}
