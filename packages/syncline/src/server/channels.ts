/** All channels of this server: opened for members, fed by the tail, closed when the last member has left. */
import type { Database } from '../postgres/database.ts'
import type { Cursor } from '../postgres/log/cursor.ts'
import type { Tail } from '../postgres/log/tail.ts'
import type { Batch } from '../postgres/log-row.ts'
import type { Rules } from '../postgres/rules.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema, Model } from '../schema/model.ts'
import type { ChannelTarget } from './channel-target.ts'
import type { CursorSeal } from './cursor/cursor-seal.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { checkReaders } from './rooms/check-readers.ts'
import { createFindTouched } from './rooms/guards.ts'
import { LoadQueue } from './rooms/load-queue.ts'
import type { Member } from './rooms/member.ts'
import type { Place } from './rooms/place.ts'
import { Readers } from './rooms/readers.ts'
import { type CheckReaders, Room } from './rooms/room.ts'
import { RoomPlace } from './rooms/room-place.ts'
import { type RoomKey, RoomTable } from './rooms/room-table.ts'
import { Router } from './rooms/router.ts'
import { catchUpRoom, readRoom, readsOf } from './rooms/room-reader.ts'

export interface ChannelsOptions {
  readonly schema: CompiledSchema
  readonly rules: Rules
  readonly database: Database
  readonly seal: CursorSeal
  readonly log: Logger
  readonly metrics: Metrics
  /** The tail; asked for when it is needed, because it starts after the channels exist. */
  readonly tail: () => Tail
}

export class Channels {
  readonly #options: ChannelsOptions
  readonly #rooms = new RoomTable()
  readonly #places = new Map<Room, RoomPlace>()
  readonly #loads = new LoadQueue()
  readonly #router: Router

  constructor(options: ChannelsOptions) {
    this.#options = options
    const { schema, rules, log, metrics } = options
    this.#router = new Router({
      rooms: this.#rooms,
      findTouched: createFindTouched(schema, rules),
      guardModels: Object.keys(schema.models),
      roomsOfModel: (model) => this.#roomsOfModel(model),
      sealPosition: () => this.#sealPosition(),
      log,
      metrics,
    })
  }

  /** Channels with members. */
  get size(): number {
    return this.#rooms.size
  }

  /** Takes what the tail has read to the members. */
  onBatch(batch: Batch): void {
    this.#router.route(batch)
  }

  /** The place of a channel for this user; `close` ends it when its members have left. */
  open(channel: string, target: ChannelTarget, _user: User): Place {
    const key = keyOf(target)
    const room = this.#rooms.open(key, () => new Room(channel, this.#checkReaders(target), this.#options.log))
    const known = this.#places.get(room)
    if (known) return known
    const place = this.#createPlace(channel, target, key, room)
    this.#places.set(room, place)
    return place
  }

  close(place: Place, member: Member): void {
    const roomPlace = this.#places.get(place.room)
    place.room.members.delete(member)
    if (!roomPlace || place.room.members.size > 0) return
    this.#rooms.closeIfEmpty(roomPlace.key)
    this.#places.delete(place.room)
  }

  /** Checks the rights of all members again: for rules that depend on the time. */
  recheckAll(): void {
    for (const room of this.#rooms.all()) room.checkSoon()
  }

  #createPlace(channel: string, target: ChannelTarget, key: RoomKey, room: Room): RoomPlace {
    const { database, schema, seal } = this.#options
    return new RoomPlace({
      channel,
      key,
      room,
      readers: new Readers(this.#checkReaders(target)),
      loads: this.#loads,
      read: () => {
        this.#options.metrics.count('syncline_snapshots_total')
        return readRoom(database, schema, readsOf(schema, target))
      },
      catchUp: (from) => catchUpRoom(database, schema, this.#options.tail(), key.name, from),
      seal: (cursor) => this.#seal(cursor),
    })
  }

  #checkReaders(target: ChannelTarget): CheckReaders {
    const { database, rules, metrics } = this.#options
    if (target.kind === 'room' || target.kind === 'collection') {
      return (users) => {
        metrics.count('syncline_access_checks_total')
        return checkReaders(database, rules, target.model, target.id, users)
      }
    }
    const mayRead = (user: User) =>
      target.kind === 'user' ? user.id === target.id : target.kind === 'mine' || rules.all(target.model, user)
    return async (users) => new Set(users.filter(mayRead))
  }

  #roomsOfModel(name: string): Room[] {
    const model = this.#options.schema.models[name]
    if (!model) return []
    const roots = new Set([model.name, ...model.rooms.map(({ root }) => root)])
    return [...this.#rooms.all()].filter((room) => {
      const rootName = room.channel.slice(0, room.channel.indexOf(':'))
      const root: Model | undefined = this.#options.schema.byChannel[rootName]
      return root !== undefined && roots.has(root.name)
    })
  }

  #sealPosition(): string {
    const tail = this.#options.tail()
    return this.#seal({ history: tail.history, snapshot: tail.position, schema: this.#options.schema.hash })
  }

  #seal(cursor: Cursor): string {
    return this.#options.seal.seal({ ...cursor, views: NO_VIEWS })
  }
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()

/** Where a channel's room is found. */
function keyOf(target: ChannelTarget): RoomKey {
  switch (target.kind) {
    case 'room':
      return {
        name: `${target.model.channel}:${target.id}`,
        guardModel: target.model.name,
        guardId: target.id,
      }
    case 'all':
      return { name: `${target.model.channel}:all`, guardModel: null, guardId: null }
    case 'user':
      // No log row has such a room: there is nothing to deliver but what concerns the user.
      return { name: `\0user ${target.id}`, guardModel: null, guardId: null }
    default:
      throw new Error(`A channel of kind ${target.kind} has no room of its own.`)
  }
}
