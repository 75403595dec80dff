/**
 * Puts the parts of the device together: session, rooms, writes, store, storage. What one part says
 * travels through here to the others; each decision is the part's own.
 */
import type { Ack } from '../protocol/messages/ack.ts'
import type { Bye } from '../protocol/messages/bye.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { Welcome } from '../protocol/messages/welcome.ts'
import { parseChannel } from '../protocol/channel.ts'
import type { ServerMessage } from '../protocol/server-message.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import { type Clock, systemClock } from './clock.ts'
import { Events } from './events.ts'
import { createSource, isShallowEqual } from './observable.ts'
import type { ParkedOp } from './outbox/outbox.ts'
import { Settling } from './outbox/settling.ts'
import { Writes } from './outbox/writes.ts'
import { Rooms } from './rooms/rooms.ts'
import { DEFAULT_RECONNECT } from './session/backoff.ts'
import { endpointOf } from './session/endpoint.ts'
import { Poller } from './session/poller.ts'
import { SessionRunner } from './session/runner.ts'
import { findSocketConstructor, type SocketConstructor } from './session/socket.ts'
import { memory } from './storage/memory.ts'
import type { StorageWrite, UserStorage } from './storage/storage.ts'
import { Store } from './store/store.ts'
import { statusOf, type SyncStatus } from './sync-status.ts'

// 1 s: how often the age of an unsent write is told anew.
const AGE_TICK_MS = 1_000
// 30 s: an answer this late is not coming, although the connection looks alive.
const STUCK_MS = 30_000

export class Engine {
  readonly schema: Schema
  readonly store = new Store()
  readonly events = new Events(this.store)
  readonly clock: Clock
  readonly status = createSource<SyncStatus>(IDLE, isShallowEqual)
  readonly parked = createSource<readonly ParkedOp[]>([])
  readonly rooms: Rooms
  readonly writes: Writes
  readonly #options: ClientOptions<Schema>
  readonly #runner: SessionRunner
  readonly #poller: Poller
  readonly #settling: Settling
  #user: string
  #storage: UserStorage | undefined
  #epoch: string | undefined
  /** Whose rows and writes the storage holds. */
  #storedUser: string | undefined
  #problem: SyncStatus['problem']
  #hasPolled = false
  #lastSyncedAt: number | undefined
  #progressAt = 0
  #cancelTick: (() => void) | undefined
  #isClosed = false

  constructor(options: ClientOptions<Schema>) {
    this.#options = options
    this.schema = options.schema
    this.clock = options.clock ?? systemClock
    this.#user = typeof options.user === 'object' ? options.user.id : (options.user ?? '')
    this.#settling = new Settling((through) => this.store.transact(() => this.writes.dropThrough(through)))
    this.writes = this.#createWrites()
    this.rooms = this.#createRooms()
    this.#poller = this.#createPoller()
    this.#runner = this.#createRunner()
  }

  /** Opens the storage, then connects. */
  start(): void {
    const opened = (this.#options.storage ?? memory()).open(this.#user)
    if (opened instanceof Promise) opened.then((storage) => this.#onOpened(storage))
    else this.#onOpened(opened)
  }

  connect(): void {
    this.#problem = undefined
    this.#runner.dispatch({ event: 'start' })
  }

  /** Tries at once: the device came online or into view. */
  wake(): void {
    this.#runner.wake()
  }

  close(): void {
    this.#isClosed = true
    this.#runner.dispatch({ event: 'stop' })
    this.#poller.stop()
    this.#cancelTick?.()
  }

  /** Ends the session and removes what this user has on the device. */
  async purge(): Promise<void> {
    this.close()
    this.rooms.clear()
    this.store.transact(() => this.writes.dropThrough(Number.POSITIVE_INFINITY))
    await this.#storage?.purge()
  }

  #onOpened(storage: UserStorage): void {
    if (this.#isClosed) return
    this.#storage = storage
    this.#epoch = storage.device?.epoch
    this.#storedUser = storage.device?.user
    this.writes.open(storage.device?.outbox)
    this.rooms.open()
    if (this.#options.autoConnect !== false) this.connect()
    this.#update()
  }

  #createWrites(): Writes {
    return new Writes({
      schema: this.schema,
      store: this.store,
      clock: this.clock,
      random: this.#options.random,
      save: (outbox) => this.#commit({ device: { outbox, epoch: this.#epoch, user: this.#storedUser } }),
      onChanged: () => this.#update(),
    })
  }

  #createRooms(): Rooms {
    return new Rooms({
      schema: this.schema,
      store: this.store,
      clock: this.clock,
      loadRoom: (channel) => this.#storage?.loadRoom(channel),
      save: (room) => void this.#commit({ room }).catch(() => {}),
      isWithheld: (channel) => this.#isWithheld(channel),
      onChange: (change, isCatchingUp) => this.writes.onChange(change, isCatchingUp),
      onLoad: ({ model, fields }) => this.writes.onLoad(model, fields.id),
      onApplied: (channel, changes) => this.events.emit(channel, changes),
      onAnswered: (channel) => this.#onAnswered(channel),
      onChanged: () => this.#update(),
    })
  }

  #createPoller(): Poller {
    const endpoint = endpointOf(this.#options.url ?? '/sync')
    return new Poller({
      clock: this.clock,
      endpoint,
      fetch: this.#options.fetch ?? ((url, init) => fetch(url, init)),
      findToken: () => this.#findToken(),
      nextPush: () => this.#withDevice(this.writes.nextPush()),
      pull: () => this.#pullBody(),
      onPushed: (message) => this.#onPushed(message),
      onPulled: (messages) => this.#onPulled(messages),
      onRefused: (code, message) => this.#onRefusedPoll(code, message),
      onFailed: () => this.#onPollFailed(),
    })
  }

  #createRunner(): SessionRunner {
    const given = this.#options.WebSocket as SocketConstructor | undefined
    return new SessionRunner(
      {
        clock: this.clock,
        random: this.#options.random ?? Math.random,
        reconnect: { ...DEFAULT_RECONNECT, ...this.#options.reconnect },
        url: endpointOf(this.#options.url ?? '/sync').socket,
        findSocket: () => given ?? findSocketConstructor(),
        findToken: () => this.#findToken(),
      },
      {
        hello: (token) => this.#hello(token),
        begin: () => this.#begin(),
        end: () => this.#end(),
        ping: () => this.#ping(),
        isStuck: () => this.#isStuck(),
        receive: (message) => this.#receive(message),
        poll: (isOn) => this.#poll(isOn),
        onChanged: () => this.#update(),
      },
    )
  }

  #findToken(): string | undefined | Promise<string | undefined> {
    const { token } = this.#options
    return typeof token === 'function' ? token() : token
  }

  #hello(token: string | undefined): object {
    const device = this.writes.outbox?.device
    const schema = this.schema.version
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      device,
      schema,
      ...(token && { token }),
      ...this.#pending(),
    }
  }

  #ping(): object {
    return { type: 'ping', ...this.#pending() }
  }

  /** The server lists devices that hold unsent writes, and how old those are. */
  #pending(): object {
    const [oldest] = this.writes.queued
    if (!oldest) return {}
    const oldestMs = Math.max(0, this.clock.now() - Date.parse(oldest.at))
    return { pending: { count: this.writes.queued.length, oldestMs } }
  }

  #begin(): void {
    this.#progressAt = this.clock.now()
    this.rooms.begin((message) => this.#runner.send(message))
    this.writes.begin((push) => {
      this.#progressAt = this.clock.now()
      this.#runner.send({ type: 'push', ...push })
    })
    this.#checkCaughtUp()
  }

  #end(): void {
    this.rooms.end()
    this.writes.end()
    this.#settling.clear()
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return this.#onWelcome(message)
      case 'rows':
      case 'changes':
      case 'joined':
      case 'snapshot':
      case 'gone':
        this.#progressAt = this.clock.now()
        return this.rooms.receive(message)
      case 'ack':
        return this.#onAck(message)
      case 'gap':
        return this.writes.sendFrom(message.expected)
      case 'pong':
        return this.#onPong(message.cursor)
      case 'error':
        return this.#onError(message)
      case 'bye':
        return this.#onBye(message)
      case 'conflicts':
      case 'presence':
      case 'marker':
        return
    }
  }

  #onWelcome({ lastOp, lastKey, epoch, user, limits }: Welcome): void {
    const owner = this.#user === '' ? this.#storedUser : this.#user
    if (owner !== undefined && user.id !== owner) {
      const message = `The server knows this session as user \`${user.id}\`, but the device's rows and writes are of \`${owner}\`. Make the client with \`user\`, so that each has a storage of their own.`
      return this.#refuse('device_taken', message)
    }
    this.#storedUser = user.id
    this.#epoch = epoch
    if (!this.writes.greet(lastOp, lastKey)) return this.#reconnect()
    this.writes.limit(pushLimits(limits))
    this.#runner.dispatch({ event: 'welcomed' })
  }

  #onAck(ack: Ack): void {
    this.#progressAt = this.clock.now()
    this.store.transact(() => {
      this.writes.acknowledge(ack)
      this.#settling.add(ack.lastOp, this.rooms.awaited())
    })
    this.rooms.askAll()
    this.#touchSynced()
  }

  #onPong(cursor: string | undefined): void {
    if (cursor !== undefined) this.rooms.onPong(cursor)
    this.#touchSynced()
  }

  #onError(message: ErrorMessage): void {
    const { code, channel, retryAfterMs } = message
    if (channel !== undefined) return this.rooms.receive(message)
    if (code === 'device_copied' || code === 'device_taken') return this.#renameDevice(code, message.message)
    if (code === 'token_expired') return void this.#renewToken()
    if (retryAfterMs !== undefined || code === 'unavailable') {
      this.clock.after(retryAfterMs ?? 1_000, () => this.writes.sendAgain())
      return
    }
    this.#problem = { code, message: message.message }
    this.#update()
  }

  #onBye({ code, reconnect, afterMs }: Bye): void {
    if (code === 'device_copied' || code === 'device_taken') return this.#renameDevice(code, RENAMED)
    const canRenew = typeof this.#options.token === 'function' && SIGN_IN.has(code)
    if (reconnect || (canRenew && this.#runner.session.failures < MOST_RENEWALS)) {
      return this.#runner.dispatch({ event: 'lost', afterMs })
    }
    this.#refuse(code, `The server ended the session: ${code}.`)
  }

  #refuse(code: string, message: string): void {
    this.#problem = { code, message }
    this.#runner.dispatch({ event: 'refused' })
  }

  #renameDevice(code: string, message: string): void {
    this.writes.rename({ code, message })
    this.#reconnect()
  }

  #reconnect(): void {
    this.#runner.dispatch({ event: 'lost', afterMs: 0 })
  }

  async #renewToken(): Promise<void> {
    const token = typeof this.#options.token === 'function' ? await this.#findToken() : undefined
    if (token !== undefined) this.#runner.send({ type: 'token', token })
  }

  #poll(isOn: boolean): void {
    this.#hasPolled = false
    if (!isOn) return this.#poller.stop()
    this.writes.sendAgain()
    this.#poller.start()
  }

  #withDevice(body: object | undefined): object | undefined {
    return body && { device: this.writes.outbox?.device, ...body }
  }

  #pullBody(): object {
    const joins = this.rooms.joins()
    this.rooms.markAsked()
    return { device: this.writes.outbox?.device, schema: this.schema.version, joins }
  }

  /** The answer of a push says what became of its ops, but no frames came before it. */
  #onPushed(message: ServerMessage): void {
    if (message.type === 'ack') this.writes.acknowledge(message)
    else if (message.type === 'gap') this.writes.sendFrom(message.expected)
  }

  #onPulled(messages: readonly ServerMessage[]): void {
    this.store.transact(() => {
      for (const message of messages) this.#receive(message)
    })
    this.#hasPolled = true
    this.#touchSynced()
  }

  #onRefusedPoll(code: string, message: string): void {
    if (code === 'device_copied' || code === 'device_taken') this.writes.rename({ code, message })
    else if (SIGN_IN.has(code) && typeof this.#options.token !== 'function') this.#refuse(code, message)
    else this.#onPollFailed()
  }

  #onPollFailed(): void {
    this.#hasPolled = false
    this.writes.sendAgain()
    this.#update()
  }

  #onAnswered(channel: string): void {
    this.#settling.answered(channel)
    this.#checkCaughtUp()
  }

  #checkCaughtUp(): void {
    if (this.#runner.session.phase !== 'catchingUp' || this.rooms.awaited().length > 0) return
    this.#runner.dispatch({ event: 'caughtUp' })
    this.#touchSynced()
  }

  /** A connection that answers pings and nothing else is as good as none. */
  #isStuck(): boolean {
    const isWaiting = this.writes.isAwaitingAck || this.rooms.awaited().length > 0
    return isWaiting && this.clock.now() - this.#progressAt >= STUCK_MS
  }

  /** A record created here, and not yet on the server, is a room that the server cannot find. */
  #isWithheld(channel: string): boolean {
    const parsed = parseChannel(channel)
    if (parsed?.form !== 'room') return false
    const model = this.schema.byChannel[parsed.model]?.name
    return this.writes.queued.some(
      (op) => op.action === 'create' && op.id === parsed.id && op.model === model,
    )
  }

  #commit(write: StorageWrite): Promise<void> {
    return this.#storage?.commit(write) ?? Promise.resolve()
  }

  #touchSynced(): void {
    if (this.writes.queued.length === 0) this.#lastSyncedAt = this.clock.now()
    this.#update()
  }

  #update(): void {
    const queued = this.writes.queued
    const oldest = queued[0]
    const facts = {
      session: this.#runner.session,
      pending: queued.length,
      oldestAt: oldest && Date.parse(oldest.at),
      isAwaitingRooms: this.rooms.awaited().length > 0,
      hasPolled: this.#hasPolled,
      lastSyncedAt: this.#lastSyncedAt,
      problem: this.#problem,
    }
    this.status.set(statusOf(facts, this.clock.now()))
    this.parked.set(this.writes.outbox?.parked ?? [])
    this.#tick(oldest !== undefined)
  }

  #tick(isNeeded: boolean): void {
    if (!isNeeded || this.#isClosed) {
      this.#cancelTick?.()
      this.#cancelTick = undefined
      return
    }
    this.#cancelTick ??= this.clock.after(AGE_TICK_MS, () => {
      this.#cancelTick = undefined
      this.#update()
    })
  }
}

const IDLE: SyncStatus = {
  status: 'idle',
  realtimeConnected: false,
  pending: 0,
  oldestPendingMs: undefined,
  lastSyncedAt: undefined,
  transport: 'socket',
  problem: undefined,
}

const SIGN_IN = new Set(['unauthenticated', 'token_expired', 'session_ended'])
// Three fresh tokens that the server does not take mean that signing in is what is needed.
const MOST_RENEWALS = 3
const RENAMED =
  'The server knows another device by this name. It has taken a new one; decide what becomes of the writes it had not sent.'

function pushLimits(limits: Readonly<Record<string, unknown>>): { ops?: number } {
  return typeof limits['opsPerPush'] === 'number' ? { ops: limits['opsPerPush'] } : {}
}
