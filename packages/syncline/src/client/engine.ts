/**
 * Puts the parts of the device together: storage, store, rooms, writes, connection. What one part says travels
 * through here to the others; each decision is the part's own.
 */
import { roomChannel } from '../protocol/channel.ts'
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
import { failedStorage } from './storage/failed.ts'
import { MEMORY_HEALTH, type StorageHealth } from './storage/health.ts'
import { memory } from './storage/memory.ts'
import type { RoomWrite, StorageWrite, UserStorage } from './storage/storage.ts'
import { Store } from './store/store.ts'

export class Engine implements RoomsHost, DialogueParts, StatusSources {
  readonly schema: Schema
  readonly clock: Clock
  readonly store = new Store()
  readonly events = new Events(this.store)
  readonly writes: Writes
  readonly rooms: Rooms
  readonly settling: Settling
  readonly board: StatusBoard
  readonly #options: ClientOptions<Schema>
  readonly dialogue: Dialogue
  readonly #user: string
  #storage: UserStorage | undefined
  #stopWatchingStorage = () => {}
  #isClosed = false

  constructor(options: ClientOptions<Schema>) {
    this.#options = options
    this.schema = options.schema
    this.clock = options.clock ?? systemClock
    this.#user = typeof options.user === 'object' ? options.user.id : (options.user ?? '')
    this.writes = this.#createWrites()
    this.rooms = new Rooms(this)
    this.settling = new Settling((through) => this.writes.dropThrough(through))
    this.dialogue = new Dialogue(options, this.#user, this)
    this.board = new StatusBoard(this)
  }

  /** Opens the storage, then connects. */
  start(): void {
    const opened = this.#openStorage()
    if (opened instanceof Promise) void opened.then((storage) => this.#onOpened(storage))
    else this.#onOpened(opened)
  }

  /** A device that may keep nothing works from memory, and nothing is called stored. */
  #openStorage(): UserStorage | Promise<UserStorage> {
    try {
      const opened = (this.#options.storage ?? memory()).open(this.#user, this.schema)
      return opened instanceof Promise ? opened.catch(failedStorage) : opened
    } catch (error) {
      return failedStorage(error)
    }
  }

  close(): void {
    this.#end()
    this.#storage?.close?.()
  }

  /** Ends the session and removes what this user has on the device. */
  async purge(): Promise<void> {
    this.#end()
    this.rooms.clear()
    this.writes.hide()
    const storage = this.#storage
    // What is still on its way to the storage must not arrive after this.
    this.#storage = undefined
    await storage?.purge()
  }

  #end(): void {
    this.#isClosed = true
    this.dialogue.close()
    this.board.close()
    this.#stopWatchingStorage()
  }

  #onOpened(storage: UserStorage): void {
    if (this.#isClosed) {
      storage.close?.()
      return
    }
    this.#storage = storage
    this.#stopWatchingStorage = storage.health?.subscribe(() => this.board.update()) ?? (() => {})
    this.dialogue.open(storage.device)
    this.writes.open(storage.device?.outbox)
    this.rooms.open()
    if (this.#options.autoConnect !== false) this.dialogue.connect()
    this.board.update()
  }

  #createWrites(): Writes {
    return new Writes({
      schema: this.schema,
      store: this.store,
      clock: this.clock,
      random: this.#options.random,
      save: (outbox) => this.#commit({ device: { outbox, ...this.dialogue.identity } }),
      isBroughtLater: (record) => this.rooms.isBroughtLater(record),
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
    this.writes.onTold(model, id)
  }

  onApplied(channel: string, changes: readonly Change[]): void {
    this.events.emit(channel, changes)
  }

  onAnswered(channel: string): void {
    this.settling.answered(channel)
    this.dialogue.checkCaughtUp()
  }

  onAskedInVain(): void {
    this.dialogue.reconnect()
  }

  onChanged(): void {
    this.board.update()
  }

  /** Writes that wait for a network should outlast the tidying of the platform. */
  #onWritesChanged(): void {
    if (this.writes.queued.length > 0 && !this.dialogue.isConnected) this.#storage?.persist?.()
    this.board.update()
  }

  /** A record created here, and not yet on the server, is a room that the server cannot find. */
  isWithheld(channel: string): boolean {
    return this.writes.queued.some(({ action, model, id }) => {
      const { isRoot, channel: name = '' } = this.schema.models[model] ?? {}
      return action === 'create' && isRoot && roomChannel(name, id) === channel
    })
  }

  #commit(write: StorageWrite): Promise<void> {
    return this.#storage?.commit(write) ?? Promise.reject(new Error('The session has ended.'))
  }
}
