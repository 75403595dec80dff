/**
 * Puts the parts of the device together: storage, store, rooms, writes, connection. What one part says travels
 * through here to the others; each decision is the part's own.
 *
 * A device whose page was closed is an engine too, of the page that takes care of it: its ops are shown over that
 * page's rows and sent on a connection of their own, so its ack tells nothing of what the page's connection has brought.
 *
 *   W2, W3   it keeps its name and numbers, so that nothing of it is sent twice or left out
 */
import { roomChannel } from '../protocol/channel.ts'
import { SynclineError } from '../protocol/errors.ts'
import type { Change } from '../protocol/messages/change.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import { type Clock, systemClock } from './clock.ts'
import { Dialogue, type DialogueParts } from './dialogue.ts'
import { Events } from './events.ts'
import { Settling } from './outbox/settling.ts'
import { Writes } from './outbox/writes.ts'
import { Rooms, type RoomsHost } from './rooms/rooms.ts'
import { StatusBoard, type StatusSources } from './status-board.ts'
import { unopenedStorage } from './storage/failed.ts'
import type { ParkedOp } from './outbox/outbox.ts'
import { MEMORY_HEALTH, type StorageHealth } from './storage/health.ts'
import { memory } from './storage/memory.ts'
import type { RoomWrite, StorageWrite, UserStorage } from './storage/storage.ts'
import { Store } from './store/store.ts'
import { watchConnectivity } from './watch-connectivity.ts'

const WITHOUT_USER =
  'The `storage` outlives the page, and the client has no `user`: the next one would see what this one left. Give `user`, the id of who is signed in, or leave `storage` out.'

// 10 s: how long the writes of a page that was closed wait at most for another page to send them.
const LOOK_MS = 10_000

export class Engine implements RoomsHost, DialogueParts, StatusSources {
  readonly schema: Schema
  readonly clock: Clock
  readonly store: Store
  readonly events: Events
  readonly writes: Writes
  readonly rooms: Rooms
  readonly settling: Settling
  readonly board: StatusBoard
  readonly #options: ClientOptions<Schema>
  readonly dialogue: Dialogue
  readonly #user: string
  /** Other devices of the user, which this page takes care of. */
  readonly left = new Set<Engine>()
  /** The page that takes care of it; itself, unless it was left. */
  readonly #page: Engine
  #opened: Promise<void> | undefined
  #storage: UserStorage | undefined
  #stopWatching: (() => void)[] = []
  #cancelLook = () => {}
  #isClosed = false

  constructor(options: ClientOptions<Schema>, page?: Engine) {
    this.#page = page ?? this
    this.store = page?.store ?? new Store()
    this.events = new Events(this.store)
    this.#options = options
    this.schema = options.schema
    this.clock = options.clock ?? systemClock
    this.#user = typeof options.user === 'object' ? options.user.id : (options.user ?? '')
    if (options.storage?.needsUser && !this.#user) throw new SynclineError('invalid_value', WITHOUT_USER)
    this.writes = this.#createWrites()
    this.rooms = new Rooms(this)
    this.settling = new Settling((through) => this.writes.dropThrough(through))
    this.dialogue = new Dialogue(options, this.#user, this)
    this.board = new StatusBoard(this)
  }

  /** Opens the storage, then connects. */
  start(): void {
    this.#stopWatching.push(
      watchConnectivity(
        () => this.dialogue.wake(),
        () => this.dialogue.lose(),
      ),
    )
    const opened = this.#openStorage()
    if (opened instanceof Promise) this.#opened = opened.then((storage) => this.#onOpened(storage))
    else this.#onOpened(opened)
  }

  /** A device that may keep nothing works from memory, and nothing is called stored. */
  #openStorage(): UserStorage | Promise<UserStorage> {
    try {
      const opened = (this.#options.storage ?? memory()).open(this.#user, this.schema)
      return opened instanceof Promise ? opened.catch(unopenedStorage) : opened
    } catch (error) {
      return unopenedStorage(error)
    }
  }

  connect(): void {
    this.dialogue.connect()
    for (const engine of this.left) engine.#connectForWrites()
  }

  /** A device that only keeps refusals has nothing to say to the server. */
  #connectForWrites(): void {
    if (this.writes.queued.length > 0) this.dialogue.connect()
  }

  close(): void {
    this.#end()
    // A write of this turn is stored in the next one (W3).
    this.writes.flush()
    this.#storage?.close?.()
  }

  /** Ends the session and removes what this user has on the device; or tells how many writes would be lost. */
  async purge(discard: boolean): Promise<number> {
    await this.#opened
    const { length } = this.writes.queued
    if (length > 0 && !discard) return length
    this.writes.flush()
    // When it cannot be told what would be lost, the session goes on too.
    let isOver = discard
    try {
      const unsent = (await this.#storage?.purge(discard)) ?? 0
      isOver ||= unsent === 0
      return unsent
    } finally {
      if (isOver) this.#leave()
    }
  }

  #leave(): void {
    for (const engine of this.left) engine.#leave()
    this.#end()
    this.rooms.clear()
    this.writes.discard()
    const storage = this.#storage
    // What is still on its way to the storage must not arrive after this.
    this.#storage = undefined
    storage?.close?.()
  }

  #end(): void {
    this.#isClosed = true
    this.dialogue.close()
    this.#cancelLook()
    for (const stop of this.#stopWatching.splice(0)) stop()
    for (const engine of this.left) engine.close()
    // The others tell it that they end.
    this.board.close()
  }

  #onOpened(storage: UserStorage): void {
    const hasWrites = this.writes.queued.length > 0
    this.#storage = storage
    if (this.#isClosed) {
      // What was written before it opened is kept (W3).
      if (hasWrites) this.#openWrites(storage)
      this.close()
      return
    }
    this.#stopWatching.push(storage.health?.subscribe(() => this.board.update()) ?? (() => {}))
    this.#openWrites(storage)
    this.rooms.open()
    if (this.#options.autoConnect !== false) this.dialogue.connect()
    this.board.update()
    if (storage.adopt && this.#page === this) void this.#look(storage)
  }

  #openWrites({ device }: UserStorage): void {
    this.dialogue.open(device)
    this.writes.open(device?.outbox)
  }

  /** Takes care of what pages that were closed have not sent, and of what was refused to them (W3). */
  async #look(storage: UserStorage): Promise<void> {
    const found = await storage.adopt?.().catch(() => undefined)
    if (this.#isClosed) return found?.close?.()
    if (found) {
      const options = { ...this.#options, autoConnect: false, storage: { open: () => found } }
      const engine = new Engine(options, this)
      this.left.add(engine)
      engine.start()
      if (this.dialogue.isStarted) engine.#connectForWrites()
      this.#follow(engine)
      // There may be more.
      return this.#look(storage)
    }
    this.#cancelLook = this.clock.after(LOOK_MS, () => void this.#look(storage))
  }

  /** One that has nothing left is let go. */
  #follow(engine: Engine): void {
    if (!this.#isClosed && engine.writes.isDone && this.left.delete(engine)) engine.close()
    this.board.update()
  }

  /** Those whose ops the page shows, its own first. */
  get devices(): readonly Engine[] {
    return [this, ...this.left]
  }

  dismiss({ op }: ParkedOp): void {
    for (const { writes } of this.devices) writes.dismiss(op.key)
  }

  #createWrites(): Writes {
    return new Writes({
      isDurable: () => this.storageHealth?.state === 'durable',
      schema: this.schema,
      store: this.store,
      clock: this.clock,
      random: this.#options.random,
      save: (outbox) => this.#commit({ device: { outbox, ...this.dialogue.identity } }),
      broughtLater: () => this.#page.rooms.broughtLater(),
      onRenumbered: () => this.settling.clear(),
      onChanged: () => this.#onWritesChanged(),
    })
  }

  /** Unknown while it is not open. */
  get storageHealth(): StorageHealth | undefined {
    return this.#storage && (this.#storage.health?.current ?? MEMORY_HEALTH)
  }

  loadRoom(channel: string): ReturnType<UserStorage['loadRoom']> {
    return this.#storage?.loadRoom(channel)
  }

  save(room: RoomWrite): void {
    void this.#commit({ room }).catch(() => {})
  }

  onTold(model: string, id: string): void {
    for (const { writes } of this.devices) writes.onTold(model, id)
  }

  onApplied(channel: string, changes: readonly Change[]): void {
    this.events.emit(channel, changes)
  }

  onAnswered(channel: string): void {
    for (const { settling } of this.devices) settling.answered(channel)
    this.dialogue.checkCaughtUp()
  }

  onAskedInVain(): void {
    this.dialogue.reconnect()
  }

  onAcknowledged(lastOp: number): void {
    if (this.#page === this) return this.settling.add(lastOp, this.rooms.awaited())
    this.#page.dialogue.ask()
    this.#page.rooms.askAll()
  }

  noteLeft(): () => void {
    const known = Array.from(
      this.left,
      ({ settling, writes }) => [settling, writes.outbox?.lastOp ?? 0] as const,
    )
    return () => {
      for (const [settling, lastOp] of known) settling.add(lastOp, this.rooms.awaited())
    }
  }

  onChanged(): void {
    this.#page.#follow(this)
  }

  /** Writes that wait for a network should outlast the tidying of the platform. */
  #onWritesChanged(): void {
    if (this.writes.queued.length > 0 && !this.dialogue.isConnected) this.#storage?.persist?.()
    this.onChanged()
  }

  /** A record created here, and not yet on the server, is a room that the server cannot find. */
  isWithheld(channel: string): boolean {
    return this.devices
      .flatMap(({ writes }) => writes.queued)
      .some(({ action, model, id }) => {
        const { isRoot, channel: name = '' } = this.schema.models[model] ?? {}
        return action === 'create' && isRoot && roomChannel(name, id) === channel
      })
  }

  #commit(write: StorageWrite): Promise<void> {
    return this.#storage?.commit(write) ?? Promise.reject(new Error('The session has ended.'))
  }
}
