/** All channels of this server: opened for members, fed by the tail, closed when the last member has left. */
import type { Database } from '../postgres/database.ts'
import type { Cursor } from '../postgres/log/cursor.ts'
import type { Tail } from '../postgres/log/tail.ts'
import type { Batch, LogRow } from '../postgres/log-row.ts'
import type { Rules } from '../postgres/rules.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema, Model } from '../schema/model.ts'
import type { ChannelTarget } from './channel-target.ts'
import type { CursorContent } from './cursor/cursor-bytes.ts'
import type { CursorSeal } from './cursor/cursor-seal.ts'
import type { ShownIds } from './ids/shown-ids.ts'
import type { Logger } from './logger.ts'
import { readersOf } from './may-read.ts'
import type { Metrics } from './metrics.ts'
import type { Guards, TouchedGuards } from './rooms/guards.ts'
import { KeptLoads } from './rooms/kept-loads.ts'
import { type Load, LoadQueue } from './rooms/load-queue.ts'
import type { Member } from './rooms/member.ts'
import type { Place } from './rooms/place.ts'
import { RecheckRounds } from './rooms/recheck-rounds.ts'
import { Readers } from './rooms/readers.ts'
import { type CheckReaders, Room } from './rooms/room.ts'
import { RoomPlace } from './rooms/room-place.ts'
import { catchUpRoom, readRoom, readsOf } from './rooms/room-reader.ts'
import { type RoomKey, RoomTable } from './rooms/room-table.ts'
import { Router } from './rooms/router.ts'
import { defineView, type ViewDefinition } from './views/view-definition.ts'
import { ViewPlace } from './views/view-place.ts'
import { ViewTable } from './views/view-table.ts'
import { View } from './views/view.ts'

export interface ChannelsOptions {
  readonly schema: CompiledSchema
  readonly rules: Rules
  readonly database: Database
  readonly seal: CursorSeal
  readonly shown: ShownIds
  readonly log: Logger
  readonly metrics: Metrics
  readonly guards: Guards
  /** Most that kept first loads may hold, in bytes. */
  readonly keptLoadBytes: number
  /** The tail; asked for when it is needed, because it starts after the channels exist. */
  readonly tail: () => Tail
}

export class Channels {
  readonly #options: ChannelsOptions
  readonly #rooms = new RoomTable()
  readonly #places = new Map<Room, RoomPlace | ViewPlace>()
  readonly #loads = new LoadQueue()
  readonly #questions = new LoadQueue<Load | null>()
  readonly #kept: KeptLoads
  readonly #router: Router
  readonly #views: ViewTable
  readonly #guards: Guards
  readonly #rechecks = new RecheckRounds()

  constructor(options: ChannelsOptions) {
    this.#options = options
    this.#kept = new KeptLoads(options.keptLoadBytes)
    this.#guards = options.guards
    const { schema, database, log, metrics, shown } = options
    const show = (rows: readonly LogRow[]) => shown.rows(rows)
    this.#router = new Router({
      rooms: this.#rooms,
      guards: this.#guards,
      guardModels: Object.keys(schema.models),
      roomsOfModel: (model) => this.#roomsOfModel(model),
      show,
      sealPosition: () => this.#seal(this.#position()),
      log,
      metrics,
    })
    this.#views = new ViewTable({ database, schemaHash: schema.hash, seal: options.seal.seal, show, log })
  }

  /** Channels with members. */
  get size(): number {
    return this.#rooms.size
  }

  /** What kept first loads hold, in bytes. */
  get keptBytes(): number {
    return this.#kept.bytes
  }

  /** Takes what the tail has read to the members; answers whose rules may answer differently now. */
  onBatch(batch: Batch): TouchedGuards {
    const touched = this.#router.route(batch)
    if (this.#views.size > 0) this.#passToViews(batch, touched)
    return touched
  }

  #passToViews({ from, to, rows, overflowing, reset }: Batch, touched: TouchedGuards): void {
    const { history } = this.#position()
    const names = new Set(rows.map(({ model }) => model))
    const emptied = new Set(rows.filter(({ action }) => action === 'truncate').map(({ model }) => model))
    const reload = reset ?? (overflowing.size > 0 ? 'too_many_changes' : null)
    const concerns = ({ model, dependencies }: ViewDefinition) =>
      emptied.has(model.name) ||
      touched.get(model.name) === 'all' ||
      [...dependencies].some((name) => names.has(name))
    this.#views.take({ from, to, history, rows, reload, concerns })
  }

  /** The place of a channel for this user; `close` ends it when its members have left. */
  open(channel: string, target: ChannelTarget, user: User): Place {
    if (target.kind !== 'user') this.#guards.note(target.model, user)
    if (target.kind === 'collection')
      this.#guards.note(this.#options.schema.models[target.relation.to] as Model, user)
    const definition = defineView(this.#options.schema, this.#options.rules, target, channel, user)
    const key = keyOf(target, definition)
    const room = this.#rooms.open(key, () => new Room(channel, this.#checkReaders(target), this.#options.log))
    const known = this.#places.get(room)
    if (known) return known
    const place = definition
      ? this.#createView(channel, target, key, room, definition)
      : this.#createPlace(channel, target, key, room)
    this.#places.set(room, place)
    return place
  }

  /** Whether the channel is the same place for this user; a list is another one when the user's rule is another. */
  isSamePlace({ room }: Place, channel: string, target: ChannelTarget, user: User): boolean {
    const { schema, rules } = this.#options
    return (
      this.#places.get(room)?.key.name ===
      keyOf(target, defineView(schema, rules, target, channel, user)).name
    )
  }

  close({ room }: Place, member: Member): void {
    const place = this.#places.get(room)
    room.members.delete(member)
    if (!place || room.members.size > 0) return
    this.#rooms.closeIfEmpty(place.key)
    this.#places.delete(room)
    if (place instanceof ViewPlace) this.#views.remove(place.view)
  }

  /** Costs what a check of access costs, for a channel that needs none to be refused (A3). */
  async pretendToCheck(): Promise<void> {
    await this.#options.database.query('select 1')
  }

  /**
   * Checks the rights of some members again, for rules that depend on the time: of all within `rounds` calls, so that
   * the database is not asked about everybody at once.
   */
  recheckSome(rounds: number): void {
    if (this.#rechecks.next(this.#rooms.all(), rounds)) this.#recheckViews()
  }

  #recheckViews(): void {
    if (this.#views.size === 0) return
    const { snapshot, history } = this.#position()
    this.#views.take({ from: snapshot, to: snapshot, history, rows: [], reload: null, concerns: () => true })
  }

  #createView(
    channel: string,
    target: ChannelTarget,
    key: RoomKey,
    room: Room,
    definition: ViewDefinition,
  ): ViewPlace {
    const { database, schema, seal, shown } = this.#options
    const view = new View(definition, channel, room)
    this.#views.add(view)
    return new ViewPlace({
      view,
      key,
      readers: new Readers(this.#checkReaders(target)),
      loads: this.#loads,
      table: this.#views,
      database,
      schemaHash: schema.hash,
      seal: seal.seal,
      shown,
    })
  }

  #createPlace(channel: string, target: ChannelTarget, key: RoomKey, room: Room): RoomPlace {
    const { database, schema, metrics, tail, shown } = this.#options
    return new RoomPlace({
      channel,
      key,
      room,
      readers: new Readers(this.#checkReaders(target)),
      loads: this.#loads,
      questions: this.#questions,
      kept: this.#kept,
      read: (follower) => {
        metrics.count('syncline_snapshots_total')
        return readRoom(database, schema, readsOf(schema, target), follower)
      },
      catchUp: (from) => catchUpRoom(database, schema, tail(), key.name, from),
      position: () => tail().position,
      readAgain: () => tail().readAgain(),
      onSpared: () => metrics.count('syncline_kept_loads_total'),
      seal: (cursor) => this.#seal(cursor),
      shown,
    })
  }

  #checkReaders(target: ChannelTarget): CheckReaders {
    return (users) => {
      this.#options.metrics.count('syncline_access_checks_total')
      return readersOf(this.#options, target, users)
    }
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

  #position(): Cursor {
    const { history, position } = this.#options.tail()
    return { history, snapshot: position, schema: this.#options.schema.hash }
  }

  #seal(cursor: Cursor): string {
    const content: CursorContent = { ...cursor, views: NO_VIEWS }
    return this.#options.seal.seal(content)
  }
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()

/** Where a channel's room is found. Names with a zero character are no log row's. */
function keyOf(target: ChannelTarget, definition: ViewDefinition | null): RoomKey {
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
      return { name: `\0user ${target.id}`, guardModel: null, guardId: null }
    case 'mine':
      return { name: `\0view ${definition?.key}`, guardModel: null, guardId: null }
    case 'collection':
      return { name: `\0view ${definition?.key}`, guardModel: target.model.name, guardId: target.id }
  }
}
