/**
 * Puts the parts of the device together: storage, store, rooms, writes, connection. What one part says travels
 * through here to the others; each decision is the part's own.
 *
 * The other devices of the user are engines too, over the rows of the page: those whose own pages tell what they have
 * not sent, and those that were left, which get a storage and a connection here. What they had acknowledged is in the
 * rows when the page's own connection has answered behind it.
 *
 *   W2, W3   each keeps its name and numbers, so that nothing is sent twice or left out
 */
import { roomChannel } from '../protocol/channel.ts'
import type { Change } from '../protocol/messages/change.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import { noteClosed } from './open-clients.ts'
import { Settling } from './outbox/settling.ts'
import { Store } from './store/store.ts'
import { Writes, type WritesHost } from './outbox/writes.ts'
import type { OpDraft, Outbox, ParkedOp } from './outbox/outbox.ts'
import type { Random } from './new-id.ts'
import { userOf } from './user-of.ts'
import { watchPage } from './watch-page.ts'
import { openStorage } from './storage/open-storage.ts'
import { MEMORY_HEALTH, type StorageHealth } from './storage/health.ts'
import type { RoomWrite, StorageWrite, UserStorage } from './storage/storage.ts'
import { Dialogue, type DialogueParts } from './dialogue.ts'
import { StatusBoard, type StatusSources } from './status-board.ts'
import { Rooms, type RoomsHost } from './rooms/rooms.ts'
import { type Clock, systemClock } from './clock.ts'
import { Events } from './events.ts'

// 10 s: how long the writes of a page that was closed wait at most for another page to send them.
const LOOK_MS = 10_000

export class Engine implements RoomsHost, WritesHost, DialogueParts, StatusSources {
  readonly schema: Schema
  readonly clock: Clock
  readonly random: Random | undefined
  readonly store: Store
  readonly events: Events
  readonly writes: Writes
  readonly rooms: Rooms
  readonly settling: Settling
  readonly board: StatusBoard
  readonly #options: ClientOptions<Schema>
  readonly dialogue: Dialogue
  readonly #user: string
  /** Other devices of the user: those that this page takes care of, and those that their own pages tell of. */
  readonly others = new Set<Engine>()
  /** Other pages show what this device has not sent. */
  #isTold = false
  /** The page that takes care of it; itself, unless it was left. */
  readonly #page: Engine
  #opened: Promise<void> | undefined
  #storage: UserStorage | undefined
  #stopWatching = () => {}
  #cancelLook = () => {}
  #isClosed = false

  constructor(options: ClientOptions<Schema>, page?: Engine) {
    this.#page = page ?? this
    this.store = page?.store ?? new Store()
    this.events = new Events(this.store)
    this.#options = options
    this.schema = options.schema
    this.clock = options.clock ?? systemClock
    this.random = options.random
    this.#user = userOf(options)
    this.writes = new Writes(this)
    this.rooms = new Rooms(this)
    this.settling = new Settling((through) => this.writes.dropThrough(through))
    this.dialogue = new Dialogue(options, this.#user, this)
    this.board = new StatusBoard(this)
  }

  /** Opens the storage, unless it is open, then connects. */
  start(storage?: UserStorage): void {
    this.#stopWatching = watchPage({
      onWake: () => this.dialogue.wake(),
      onOffline: () => this.dialogue.lose(),
      onLeave: () => this.#leavePage(),
    })
    const opened = storage ?? openStorage(this.#options.storage, this.#user, this.schema)
    if (opened instanceof Promise) this.#opened = opened.then((each) => this.#onOpened(each))
    else this.#onOpened(opened)
  }

  connect(): void {
    this.dialogue.connect()
    for (const engine of this.others) engine.#connectForWrites()
  }

  /** A device that only keeps refusals has nothing to say to the server, and one with a page speaks there. */
  #connectForWrites(): void {
    if (this.#storage && this.writes.queued.length > 0) this.dialogue.connect()
  }

  close(): void {
    this.#end()
    // A write of this turn is stored in the next one (W3).
    this.writes.flush()
    this.#storage?.close?.()
  }

  /** What was written in this turn, and what is under way, does not go with the page (W3). */
  #leavePage(): void {
    this.writes.flush()
    this.#storage?.leave?.()
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
    this.#end()
    this.rooms.clear()
    for (const { writes } of this.devices) writes.discard()
    const storage = this.#storage
    // What is still on its way to the storage must not arrive after this.
    this.#storage = undefined
    storage?.close?.()
  }

  #end(): void {
    this.#isClosed = true
    noteClosed(this)
    this.dialogue.close()
    this.#cancelLook()
    this.#stopWatching()
    for (const engine of this.others) engine.close()
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
    storage.health?.subscribe(() => {
      this.#tell()
      this.#page.#follow(this)
    })
    this.#openWrites(storage)
    this.rooms.open()
    const isPage = this.#page === this
    if (isPage && this.#options.autoConnect !== false) this.dialogue.connect()
    this.board.update()
    const { pages } = storage
    if (pages) {
      pages.onmessage = ({ data }) => {
        if (!data) this.#tell()
        else if (isPage) this.#hear(data)
      }
      pages.postMessage(null)
    }
    if (isPage && storage.adopt) void this.#look(storage)
  }

  /** Tells other pages what this device has stored and cannot send, and then what became of it. */
  #tell(): void {
    const { outbox, queued } = this.writes
    const wasTold = this.#isTold
    this.#isTold = this.isDurable && queued.length > 0 && (wasTold || !this.dialogue.isConnected)
    // What its storage does not hold ends with the page, and the others would wait for it (C1).
    const told = this.#isTold ? outbox : { ...outbox, ops: [] }
    if (wasTold || this.#isTold) this.#storage?.pages?.postMessage({ ...told, kept: [], parked: [] })
  }

  /** Shows what another page has not sent. */
  #hear(outbox: Outbox): void {
    const engine = this.#deviceOf(outbox)
    if (engine.#storage) return
    engine.writes.open(outbox)
    this.dialogue.ask()
    this.#follow(engine)
  }

  #deviceOf(outbox: Outbox | undefined): Engine {
    const known = [...this.others].find(({ writes }) => writes.outbox?.device === outbox?.device)
    const engine = known ?? new Engine(this.#options, this)
    this.others.add(engine)
    return engine
  }

  #openWrites({ device }: UserStorage): void {
    this.dialogue.open(device)
    this.writes.open(device?.outbox)
  }

  /** Takes care of what pages that were closed have not sent, and of what was refused to them (W3). */
  async #look(storage: UserStorage): Promise<void> {
    const found = await storage.adopt?.()?.catch(() => undefined)
    if (this.#isClosed) return found?.close?.()
    if (found) {
      const engine = this.#deviceOf(found.device?.outbox)
      engine.start(found)
      if (this.dialogue.isStarted) engine.#connectForWrites()
      this.#follow(engine)
      // There may be more.
      return this.#look(storage)
    }
    this.#cancelLook = this.clock.after(LOOK_MS, () => void this.#look(storage))
  }

  /** One that has nothing left is let go, when its storage knows it: it would be found again. */
  #follow(engine: Engine): void {
    const isOver = engine.writes.isDone && engine.storageHealth?.state !== 'failed'
    if (isOver && this.others.delete(engine)) engine.close()
    this.board.update()
  }

  /** Those whose ops the page shows, its own first. */
  get devices(): readonly Engine[] {
    return [this, ...this.others]
  }

  dismiss({ op }: ParkedOp): void {
    for (const { writes } of this.devices) writes.dismiss(op.key)
  }

  saveOutbox(outbox: Outbox): Promise<void> {
    const saved = this.#commit({ device: { outbox, ...this.dialogue.identity } })
    saved.then(() => this.#tell()).catch(() => {})
    return saved
  }

  broughtLater(): ReturnType<Rooms['broughtLater']> {
    return this.#page.rooms.broughtLater()
  }

  onUnsettled(): void {
    this.settling.clear()
    this.#tell()
  }

  get isDurable(): boolean {
    return this.storageHealth?.state === 'durable'
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
    if (this.#page === this) this.settling.add(lastOp, this.rooms.awaited())
    else this.#page.dialogue.ask()
  }

  noteLeft(): () => void {
    const known = Array.from(
      this.others,
      ({ settling, writes }) => [settling, writes.outbox?.lastOp ?? 0] as const,
    )
    return () => {
      for (const [settling, lastOp] of known) settling.add(lastOp, this.rooms.awaited())
      // One may have begun a room that is joined here.
      this.rooms.askAll()
    }
  }

  onChanged(isWritten?: boolean): void {
    // Writes that wait for a network should outlast the tidying of the platform.
    if (isWritten && !this.dialogue.isConnected) this.#storage?.persist?.()
    this.#page.#follow(this)
  }

  /** A record created here, and not yet on the server, is a room that the server cannot find. */
  isWithheld(channel: string): boolean {
    const begins = ({ action, model, id }: OpDraft) => {
      const { isRoot, channel: name = '' } = this.schema.models[model] ?? {}
      return action === 'create' && isRoot && roomChannel(name, id) === channel
    }
    return this.devices.some(({ writes }) => writes.queued.some(begins))
  }

  #commit(write: StorageWrite): Promise<void> {
    return this.#storage?.commit(write) ?? Promise.reject(new Error('The session has ended.'))
  }
}
