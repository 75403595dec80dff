/**
 * The joined channels: asks the server for them, hands what arrives to the store, keeps it on the device.
 *
 *   K1 immediate   cached rows are shown at once, the server's answer replaces what differs
 *   L2 once        a batch and its cursor are stored together, and a join continues from that cursor
 *   A2 revoked     `gone` removes the rows from memory and from the device
 */
import type { Change } from '../../protocol/messages/change.ts'
import type { ServerMessage } from '../../protocol/server-message.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Clock } from '../clock.ts'
import { createSource, type Source } from '../observable.ts'
import type { RecordName, RoomWrite, StoredRoom } from '../storage/storage.ts'
import { decodeChange, decodeChunks } from '../store/decode.ts'
import type { Store, StoreRecord } from '../store/store.ts'
import {
  isAwaited,
  joiningRoom,
  onChanges,
  onError,
  onGone,
  onJoined,
  onPong,
  onRows,
  onSnapshot,
  rejoining,
  type RoomEffect,
  type RoomState,
  type RoomStep,
} from './room-state.ts'

/** What the rooms need of the rest of the client. */
export interface RoomsHost {
  readonly schema: CompiledSchema
  readonly store: Store
  readonly clock: Clock
  /** The cached rows of a room; undefined also while the storage is not open. */
  loadRoom(channel: string): StoredRoom | undefined | Promise<StoredRoom | undefined>
  save(write: RoomWrite): void
  /** A join that waits for an own write: the record that is the room has not reached the server. */
  isWithheld(channel: string): boolean
  /** Inside the store transaction: a change, or a record of a load, is about to be applied. */
  onChange(change: Change, isCatchingUp: boolean): void
  onLoad(record: StoreRecord): void
  /** After the store transaction. */
  onApplied(channel: string, changes: readonly Change[]): void
  /** The room no longer owes an answer. */
  onAnswered(channel: string): void
  onChanged(): void
}

/** Sends a join or leave on the connection. */
export type SendRoomMessage = (
  message: { type: 'join'; channel: string; cursor?: string } | { type: 'leave'; channel: string },
) => void

/** A room that somebody holds. */
export interface HeldRoom {
  readonly source: Source<RoomState>
  holders: number
  isLoaded: boolean
  /** The server was asked on this connection. */
  isAsked: boolean
  cancelRetry: () => void
}

type RoomMessage = Extract<
  ServerMessage,
  { type: 'rows' | 'changes' | 'joined' | 'snapshot' | 'gone' | 'error' }
>

export class Rooms {
  readonly #host: RoomsHost
  readonly #held = new Map<string, HeldRoom>()
  #send: SendRoomMessage | undefined
  #isOpen = false

  constructor(host: RoomsHost) {
    this.#host = host
  }

  get states(): readonly RoomState[] {
    return [...this.#held.values()].map(({ source }) => source.current)
  }

  /** Channels that the server was asked for and has not answered. */
  awaited(): string[] {
    return [...this.#held]
      .filter(([, { isAsked, source }]) => isAsked && isAwaited(source.current))
      .map(([channel]) => channel)
  }

  /** Joins that can be asked now, for a poll over HTTP. */
  joins(): { readonly channel: string; readonly cursor?: string }[] {
    const askable = [...this.#held].filter(([channel, room]) => this.#isAskable(channel, room))
    return askable.map(([channel, { source }]) => joinOf(channel, source.current))
  }

  hold(channel: string): HeldRoom {
    const known = this.#held.get(channel)
    const room = known ?? this.#create(channel)
    room.holders++
    if (known && (known.source.current.status === 'gone' || known.source.current.status === 'error')) {
      known.source.set(rejoining(known.source.current))
      known.isAsked = false
      this.#ask(channel, known)
    }
    return room
  }

  release(channel: string): void {
    const room = this.#held.get(channel)
    if (!room || --room.holders > 0) return
    this.#held.delete(channel)
    room.cancelRetry()
    if (room.isAsked && room.source.current.status !== 'gone') this.#send?.({ type: 'leave', channel })
    room.source.set({ ...room.source.current, status: 'left' })
    this.#host.store.transact(() => this.#host.store.purgeRoom(channel))
    this.#host.onAnswered(channel)
    this.#host.onChanged()
  }

  /** The device's storage is open: cached rows are shown. */
  open(): void {
    this.#isOpen = true
    for (const [channel, room] of this.#held) this.#load(channel, room)
  }

  /** A connection began: asks for every room from where it stands. */
  begin(send: SendRoomMessage): void {
    this.#send = send
    this.#host.store.forgetDeletions()
    this.rejoin()
    this.askAll()
  }

  end(): void {
    this.#send = undefined
    this.rejoin()
  }

  /** What was staged on the last connection or poll is forgotten. */
  rejoin(): void {
    for (const room of this.#held.values()) {
      room.isAsked = false
      room.cancelRetry()
      if (room.source.current.status !== 'gone') room.source.set(rejoining(room.source.current))
    }
  }

  /** Asks for the rooms that were not asked for yet. */
  askAll(): void {
    for (const [channel, room] of this.#held) this.#ask(channel, room)
  }

  /** Counts the rooms of a poll as asked for, so that its answers are awaited. */
  markAsked(): void {
    for (const [channel, room] of this.#held) if (this.#isAskable(channel, room)) room.isAsked = true
  }

  receive(message: RoomMessage): void {
    const { channel = '' } = message
    const room = this.#held.get(channel)
    // Frames under way when a room was left.
    if (!room) return
    const before = room.source.current
    const { room: after, effect } = stepOf(before, message)
    if (effect) this.#perform(channel, room, before, after, effect)
    room.source.set(after)
    if (isAwaited(before) && !isAwaited(after)) this.#host.onAnswered(channel)
    this.#host.onChanged()
  }

  /** A cursor that is valid for every joined room. */
  onPong(cursor: string): void {
    for (const { source } of this.#held.values()) source.set(onPong(source.current, cursor))
  }

  /** Forgets all rows, in memory only. */
  clear(): void {
    const { store } = this.#host
    store.transact(() => {
      for (const [channel, { source }] of this.#held) {
        store.purgeRoom(channel)
        source.set(joiningRoom(channel))
      }
    })
  }

  #create(channel: string): HeldRoom {
    const source = createSource(joiningRoom(channel))
    const room: HeldRoom = { source, holders: 0, isLoaded: false, isAsked: false, cancelRetry: () => {} }
    this.#held.set(channel, room)
    if (this.#isOpen) this.#load(channel, room)
    return room
  }

  #load(channel: string, room: HeldRoom): void {
    const stored = this.#host.loadRoom(channel)
    if (stored instanceof Promise) {
      stored.then(
        (loaded) => this.#onLoaded(channel, room, loaded),
        () => this.#onLoaded(channel, room, undefined),
      )
    } else this.#onLoaded(channel, room, stored)
  }

  #onLoaded(channel: string, room: HeldRoom, stored: StoredRoom | undefined): void {
    if (this.#held.get(channel) !== room) return
    room.isLoaded = true
    if (stored) {
      const { store } = this.#host
      // Another room may have brought newer rows since these were stored.
      store.transact(() => store.replaceRoom(channel, stored.records, () => true))
      room.source.set(joiningRoom(channel, stored.cursor))
    }
    this.#ask(channel, room)
    this.#host.onChanged()
  }

  #ask(channel: string, room: HeldRoom): void {
    if (!this.#send || room.isAsked || !this.#isAskable(channel, room)) return
    room.isAsked = true
    this.#send({ type: 'join', ...joinOf(channel, room.source.current) })
  }

  #isAskable(channel: string, { isLoaded, source }: HeldRoom): boolean {
    return isLoaded && source.current.status !== 'gone' && !this.#host.isWithheld(channel)
  }

  #isLive(channel: string): boolean {
    return this.#held.get(channel)?.source.current.isJoined ?? false
  }

  #perform(channel: string, held: HeldRoom, before: RoomState, after: RoomState, effect: RoomEffect): void {
    if (effect.type === 'replace') this.#replace(channel, after, effect)
    else if (effect.type === 'apply') this.#apply(channel, after, effect.changes, !before.isJoined)
    else if (effect.type === 'purge') this.#purge(channel)
    else this.#askLater(channel, held, effect.afterMs)
  }

  #replace(channel: string, after: RoomState, effect: Extract<RoomEffect, { type: 'replace' }>): void {
    const { schema, store } = this.#host
    const records = [...decodeChunks(schema, effect.chunks)]
    store.transact(() => {
      for (const record of records) this.#host.onLoad(record)
      store.replaceRoom(channel, records, (other) => this.#isLive(other))
      for (const change of effect.changes) this.#applyOne(channel, change, true)
    })
    const room = { cursor: after.cursor ?? '', schema: schema.hash, records: store.members(channel) }
    this.#host.save({ channel, type: 'replace', room })
    this.#host.onApplied(channel, effect.changes)
  }

  #apply(channel: string, after: RoomState, changes: readonly Change[], isCatchingUp: boolean): void {
    const { store } = this.#host
    store.transact(() => {
      for (const change of changes) this.#applyOne(channel, change, isCatchingUp)
    })
    this.#host.save({
      channel,
      type: 'change',
      cursor: after.cursor ?? '',
      ...this.#touchedBy(channel, changes),
    })
    this.#host.onApplied(channel, changes)
  }

  #applyOne(channel: string, change: Change, isCatchingUp: boolean): void {
    const decoded = decodeChange(this.#host.schema, change)
    if (!decoded) return
    this.#host.onChange(change, isCatchingUp)
    this.#host.store.apply(channel, decoded)
  }

  #touchedBy(channel: string, changes: readonly Change[]): { put: StoreRecord[]; remove: RecordName[] } {
    const put: StoreRecord[] = []
    const remove: RecordName[] = []
    const names = new Map(changes.map(({ model, id }) => [`${model} ${id}`, { model, id }]))
    for (const { model, id } of names.values()) {
      const [member] = this.#host.store.memberOf(channel, model, id)
      if (member) put.push(member)
      else remove.push({ model, id })
    }
    return { put, remove }
  }

  #purge(channel: string): void {
    const { store } = this.#host
    store.transact(() => store.purgeRoom(channel))
    this.#host.save({ channel, type: 'purge' })
    this.#host.onApplied(channel, [])
  }

  #askLater(channel: string, room: HeldRoom, afterMs: number): void {
    room.cancelRetry()
    room.cancelRetry = this.#host.clock.after(afterMs, () => {
      room.isAsked = false
      this.#ask(channel, room)
    })
  }
}

function stepOf(room: RoomState, message: RoomMessage): RoomStep {
  switch (message.type) {
    case 'rows':
      return onRows(room, message)
    case 'changes':
      return onChanges(room, message.changes, message.cursor)
    case 'joined':
      return onJoined(room, message.cursor)
    case 'snapshot':
      return onSnapshot(room)
    case 'gone':
      return onGone(
        room,
        message.reason,
        `The right to read \`${message.channel}\` is lost, so its rows were removed.`,
      )
    case 'error':
      return onError(room, message.code, message.message, message.retryAfterMs)
  }
}

function joinOf(channel: string, { cursor }: RoomState): { channel: string; cursor?: string } {
  return { channel, ...(cursor !== undefined && { cursor }) }
}
