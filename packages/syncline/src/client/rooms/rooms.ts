/**
 * The joined channels: asks the server for them, hands what arrives to the store, keeps it on the device.
 *
 *   K1 immediate   cached rows are shown at once, the server's answer replaces what differs; both come in parallel,
 *                  for where the room stands is known before its rows are read
 *   C1 converge    rows that an app of another schema kept are shown, and loaded anew
 *   L2 once        a batch and its cursor are stored together, and a join continues from that cursor
 *   A2 revoked     `gone` removes the rows from memory and from the device
 */
import type { Clock } from '../clock.ts'
import { createSource, guarded } from '../observable.ts'
import { inSlices } from '../slices.ts'
import type { KeptRoom } from '../storage/storage.ts'
import { drained, type HeldRoom, joinOf, type RoomMessage, stepOf, stopRetry } from './held-room.ts'
import { LeftChannels } from './left-channels.ts'
import { RoomRows, type RoomRowsHost } from './room-rows.ts'
import {
  isAwaited,
  joiningRoom,
  onError,
  onPong,
  onShown,
  rejoining,
  type RoomEffect,
  type RoomState,
} from './room-state.ts'

/** What the rooms need of the rest of the client. */
export interface RoomsHost extends RoomRowsHost {
  readonly clock: Clock
  /** The cached rows of a room; undefined also while the storage is not open. */
  loadRoom(channel: string): KeptRoom | undefined | Promise<KeptRoom | undefined>
  /** A join that waits for an own write: the record that is the room has not reached the server. */
  isWithheld(channel: string): boolean
  /** The room no longer owes an answer. */
  onAnswered(channel: string): void
  /** What was asked for turned out to be of no use: the connection begins anew. */
  onAskedInVain(): void
  onChanged(): void
}

/** Sends a join or leave on the connection. */
export type SendRoomMessage = (
  message: { type: 'join'; channel: string; cursor?: string } | { type: 'leave'; channel: string },
) => void

/** Calls back when the server has taken everything that was sent before, and what it sent until then has arrived. */
export type AfterAnswer = (then: () => void) => void

export class Rooms {
  readonly #host: RoomsHost
  readonly #rows: RoomRows
  readonly #held = new Map<string, HeldRoom>()
  readonly #left = new LeftChannels()
  #send: SendRoomMessage | undefined
  #whenAnswered: AfterAnswer = () => {}
  #isOpen = false

  constructor(host: RoomsHost) {
    this.#host = host
    this.#rows = new RoomRows(host, (channel) => this.#held.get(channel)?.source.current.isJoined ?? false)
  }

  /** Channels that owe an answer: the server was asked, or will be when the device's storage has answered. */
  awaited(): string[] {
    return [...this.#held]
      .filter(
        ([channel, { early, isAsked, isFound, source, cancelRetry }]) =>
          early ||
          (!cancelRetry && (isAsked || !isFound || this.#left.has(channel)) && isAwaited(source.current)),
      )
      .map(([channel]) => channel)
  }

  /** A channel was asked for before that time, and nothing came of it since. */
  isOverdue(since: number): boolean {
    return [...this.#held.values()].some(
      ({ isAsked, askedAt, cancelRetry, source }) =>
        isAsked && askedAt <= since && !cancelRetry && isAwaited(source.current),
    )
  }

  /** Finds the records that no channel in step holds, while one could not be read, or was refused: theirs are to come. */
  broughtLater(): (record: { readonly model: string; readonly id: string }) => boolean {
    const rooms = [...this.#held]
    const inStep = rooms.filter(
      ([, { source }]) => source.current.problem === undefined || source.current.status === 'gone',
    )
    return ({ model, id }) =>
      inStep.length < rooms.length &&
      !inStep.some(([channel]) => this.#host.store.isMember(channel, model, id))
  }

  /** A channel is not in step, whatever it waits for. */
  get isBehind(): boolean {
    return [...this.#held.values()].some(({ source }) => isAwaited(source.current))
  }

  /** Why a channel is not read; that one is not there, or not this user's, is no problem. */
  get problem(): RoomState['problem'] {
    const states = [...this.#held.values()].map(({ source }) => source.current)
    return states.find(({ status, problem }) => problem && status !== 'gone')?.problem
  }

  /** The joins of a single request; its answers are awaited. */
  askByRequest(): { readonly channel: string; readonly cursor?: string }[] {
    const askable = [...this.#held].filter(([channel, room]) => this.#isAskable(channel, room))
    for (const [, room] of askable) this.#noteAsked(room)
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
    stopRetry(room)
    if (room.isAsked && room.source.current.status !== 'gone') this.#leave(channel)
    // Whoever hears that it is left may hold it again.
    this.#rows.free(channel)
    this.#host.onAnswered(channel)
    room.source.set({ ...room.source.current, status: 'left' })
    this.#host.onChanged()
  }

  #leave(channel: string): void {
    if (!this.#send) return
    this.#send({ type: 'leave', channel })
    this.#left.add(channel, this.#whenAnswered, () => this.askAll())
  }

  /** The device's storage is open: cached rows are shown. */
  open(): void {
    this.#isOpen = true
    for (const [channel, room] of this.#held) this.#load(channel, room)
  }

  /** A connection began: asks for every room from where it stands. */
  begin(send: SendRoomMessage, whenAnswered: AfterAnswer): void {
    this.#send = send
    this.#whenAnswered = whenAnswered
    this.#host.store.forgetDeletions()
    this.#rejoin()
    this.askAll()
  }

  end(): void {
    this.#send = undefined
    this.#rejoin()
  }

  /** What was staged on the last connection is forgotten. */
  #rejoin(): void {
    this.#left.clear()
    for (const [channel, room] of this.#held) {
      room.isAsked = false
      stopRetry(room)
      room.early?.splice(0)
      this.#rows.unstage(channel)
      if (room.source.current.status !== 'gone') room.source.set(rejoining(room.source.current))
    }
  }

  /** Asks for the rooms that were not asked for yet. */
  askAll(): void {
    for (const [channel, room] of this.#held) this.#ask(channel, room)
  }

  /** The server refused one message too many, and does not say which: what may have been it is sent again. */
  sendAgain(): void {
    for (const channel of this.#left.clear()) this.#leave(channel)
    for (const room of this.#held.values()) {
      if (room.early || room.source.current.isLoading || !isAwaited(room.source.current)) continue
      stopRetry(room)
      room.isAsked = false
    }
    this.askAll()
  }

  receive(message: RoomMessage): void {
    const { channel = '' } = message
    const room = this.#held.get(channel)
    // Frames under way when a room was left, or when its cached rows turned out to be damaged.
    if (!room?.isAsked) return
    const isRefusal = message.type === 'gone' || message.type === 'error'
    if (room.early && !isRefusal) room.early.push(message)
    else {
      room.early?.splice(0)
      this.#take(channel, room, message)
    }
  }

  #take(channel: string, room: HeldRoom, message: RoomMessage): void {
    const before = room.source.current
    if (room.isBroken && message.type !== 'gone') return
    try {
      room.source.set(this.#stepped(channel, room, message))
    } catch (error) {
      room.isBroken = true
      this.#rows.unstage(channel)
      room.source.set(onError(before, 'invalid_message', String(error)).room)
      guarded(() => {
        throw error
      })
    }
    if (isAwaited(before)) this.#tellAnswered(room)
    // Nobody sees a part of a batch or a load; there may be hundreds (bench: G7, G8).
    if (!('more' in message && message.more) || room.isBroken) this.#host.onChanged()
  }

  #stepped(channel: string, room: HeldRoom, message: RoomMessage): RoomState {
    const before = room.source.current
    const { room: after, effect } = stepOf(before, message)
    if (message.type === 'snapshot') this.#rows.unstage(channel)
    if (effect) this.#perform(channel, room, after, effect)
    else this.#keepCursor(before, after)
    if (!after.isLoading) this.#rows.unstage(channel)
    return after
  }

  /** Nothing that the server has sent of the room is still to be taken. */
  #tellAnswered({ early, source, cancelRetry }: HeldRoom): void {
    if (!early && (cancelRetry || !isAwaited(source.current))) this.#host.onAnswered(source.current.channel)
  }

  /** A cursor that is valid for every joined room. */
  onPong(cursor: string): void {
    for (const { early, source } of this.#held.values()) {
      // It would stand behind what still waits to be taken.
      if (early) continue
      const before = source.current
      source.set(onPong(before, cursor))
      this.#keepCursor(before, source.current)
    }
  }

  /** Forgets all rows, in memory only. */
  clear(): void {
    for (const [channel, room] of this.#held) {
      room.early?.splice(0)
      room.isAsked = false
      this.#rows.free(channel)
      room.source.set(joiningRoom(channel))
    }
  }

  #create(channel: string): HeldRoom {
    const room: HeldRoom = { source: createSource(joiningRoom(channel)), holders: 0, askedAt: 0 }
    this.#held.set(channel, room)
    if (this.#isOpen) this.#load(channel, room)
    return room
  }

  #load(channel: string, room: HeldRoom): void {
    const onFound = (kept?: KeptRoom) => this.#onFound(channel, room, kept)
    const kept = this.#host.loadRoom(channel)
    if (kept instanceof Promise) kept.then(onFound, () => onFound())
    else onFound(kept)
  }

  #onFound(channel: string, room: HeldRoom, kept: KeptRoom | undefined): void {
    if (this.#held.get(channel) !== room) return
    room.isFound = true
    if (kept) this.#show(channel, room, kept)
    // One that was begun here has all its rows here.
    else if (this.#host.isWithheld(channel)) room.source.set(onShown(room.source.current))
    this.#ask(channel, room)
    // One that waits for an own write owes no answer yet.
    if (this.#send && !room.isAsked && !this.#left.has(channel)) this.#host.onAnswered(channel)
    this.#host.onChanged()
  }

  #show(channel: string, room: HeldRoom, kept: KeptRoom): void {
    // Rows kept by an app of another schema lack what that did not know, and no change will bring it (C1).
    const isWhole = kept.schema === this.#host.schema.hash
    room.source.set(joiningRoom(channel, isWhole ? kept.cursor : undefined))
    const reading = this.#rows.show(channel, kept)
    if (!reading) {
      room.source.set(onShown(room.source.current))
      return
    }
    room.early = []
    reading.then(
      (isShown) => this.#onShown(channel, room, isShown),
      () => this.#onDamaged(channel, room),
    )
  }

  #onShown(channel: string, room: HeldRoom, isShown: boolean): void {
    if (this.#held.get(channel) !== room) return
    // A room that was refused meanwhile shows nothing.
    if (isShown) room.source.set(onShown(room.source.current))
    this.#host.onChanged()
    void this.#takeEarly(channel, room)
  }

  /** What came early may be a whole load, so that it is taken in slices; what comes meanwhile comes after it. */
  async #takeEarly(channel: string, room: HeldRoom): Promise<void> {
    await inSlices(drained(room), (message) => {
      if (this.#held.get(channel) === room) this.#take(channel, room, message)
    })
    if (this.#held.get(channel) === room) this.#tellAnswered(room)
  }

  /** The cached rows cannot be had, and what was asked for continues from them: the room is loaded anew. */
  #onDamaged(channel: string, room: HeldRoom): void {
    room.early = undefined
    if (this.#held.get(channel) !== room) return
    this.#rows.stopReading(channel)
    const { isAsked } = room
    room.isAsked = false
    room.source.set(joiningRoom(channel))
    if (isAsked) this.#host.onAskedInVain()
    else this.#ask(channel, room)
  }

  #ask(channel: string, room: HeldRoom): void {
    if (!this.#send || room.isAsked || !this.#isAskable(channel, room)) return
    this.#noteAsked(room)
    this.#send({ type: 'join', ...joinOf(channel, room.source.current) })
  }

  #noteAsked(room: HeldRoom): void {
    stopRetry(room)
    room.isAsked = true
    room.askedAt = this.#host.clock.now()
    room.isBroken = false
  }

  #isAskable(channel: string, { isFound, source }: HeldRoom): boolean | undefined {
    return (
      isFound &&
      source.current.status !== 'gone' &&
      !this.#left.has(channel) &&
      !this.#host.isWithheld(channel)
    )
  }

  #perform(channel: string, held: HeldRoom, after: RoomState, effect: RoomEffect): void {
    const rows = this.#rows
    if (effect.type === 'stage') rows.stage(channel, effect.chunk)
    else if (effect.type === 'replace') rows.replace(channel, after.cursor, effect.chunk, effect.changes)
    else if (effect.type === 'apply') rows.apply(channel, after.cursor, effect.changes)
    else if (effect.type === 'purge') rows.purge(channel)
    else this.#askLater(channel, held, effect.afterMs)
  }

  /** A room in which nothing happens stays within what the server's log still holds. */
  #keepCursor(before: RoomState, { channel, cursor }: RoomState): void {
    if (cursor === undefined || cursor === before.cursor) return
    this.#host.save({ channel, type: 'change', cursor, put: [], remove: [] })
  }

  #askLater(channel: string, room: HeldRoom, afterMs: number): void {
    stopRetry(room)
    room.cancelRetry = this.#host.clock.after(afterMs, () => {
      room.cancelRetry = undefined
      room.isAsked = false
      this.#ask(channel, room)
    })
  }
}
