/**
 * Which page parts want to hear of which channels, and what becomes of a marker.
 *
 * subscribe → join from the page's position → marker → stale props → debounced reload → page shows another answer →
 * what it contains is not stale any more.
 *
 *   R3 no data   a marker is an action, a prop's name and a place
 */
import { Channel } from './channel.ts'
import { systemClock } from './clock.ts'
import { debug, expose, noteMarker } from './development.ts'
import { type Following, follow, secondsOf } from './following.ts'
import { isIdentifier } from './identifier.ts'
import type { IncomingMessage, MarkerMessage } from './message.ts'
import { type Observable, observable } from './observable.ts'
import { type Props, propList, type Settings, type SubscribeOptions, type SyncOptions } from './options.ts'
import { positionOf } from '../protocol/marker-cursor.ts'
import { createReloader, EVERYTHING, type Reloader } from './reloader.ts'
import type { Connection, SyncState, TransportHost } from './transport.ts'
import { native } from './transports/native.ts'
import { watchPage } from './watch-page.ts'

/** The subscriptions of a page. Components of one page share one: `syncRegistry`. */
export class SyncRegistry {
  /** The props that each identifier reloads. */
  readonly subscriptions = new Map<string, Set<string>>()
  /** Props that are stale and wait for the next reload. */
  readonly pendingReloads: Set<string>
  /** Whether markers come. */
  readonly status: Observable<SyncState>
  debounceMs = 300
  maxReconnectAttempts = Infinity
  reconnectDelay = 1_000
  /** How often in a row a lost connection was tried again. */
  reconnectAttempts = 0
  /** The connection; null until something is subscribed to, and after `disconnect`. */
  cable: Connection | null = null

  readonly #channels = new Map<string, Channel>()
  readonly #following: Following
  readonly #reloader: Reloader
  readonly #setStatus: (state: SyncState) => void
  #options = {} as Settings
  #stopWatching: (() => void) | undefined

  constructor(options: SyncOptions = {}) {
    ;[this.status, this.#setStatus] = observable<SyncState>('off')
    this.#reloader = createReloader(
      () => this.#options,
      () => this.performReload(),
    )
    this.pendingReloads = this.#reloader.pending
    this.#following = follow(
      this.#channels,
      this.subscriptions,
      () => this.#options,
      () => this.cable,
      this.#mark,
    )
    this.configure(options)
  }

  /** Whether markers come. */
  get isConnected(): boolean {
    return this.status.current === 'connected'
  }

  /** What carries the channels: the connection itself. */
  get channel(): Connection | null {
    return this.cable
  }

  /** The pause that runs before the next reload, or null. */
  get reloadTimer(): unknown {
    return this.#reloader.timer() ?? null
  }

  /** Sets options for everything from here on; call it before the page's components appear. */
  configure(options: SyncOptions): this {
    const former = this.cable
    this.#close()
    const given = { ...this.#options, ...options }
    // One that is named and undefined is the machine's too.
    this.#options = { ...given, clock: given.clock ?? systemClock, random: given.random ?? Math.random }
    this.debounceMs = given.debounceMs ?? this.debounceMs
    this.maxReconnectAttempts = given.maxReconnectAttempts ?? this.maxReconnectAttempts
    this.reconnectDelay = given.reconnectDelay ?? this.reconnectDelay
    // From here on: an answer that overtakes another does so with and without subscriptions (R2).
    if (given.page) this.#watch()
    if (former || this.#channels.size > 0) void this.connect()
    return this
  }

  /** Connects, when that is possible and not done. The first subscription does it too. Never rejects. */
  async connect(): Promise<void> {
    const { transport = native(), maxReconnectAttempts, page } = this.#options
    if (this.cable) return
    expose(this, () => this.#isEnabled)
    if (!this.#isEnabled) return
    this.#watch()
    this.cable = transport(this.#host(), {
      ...this.#options,
      // What the application says, then what the server said with the page.
      maxAttempts: maxReconnectAttempts ?? page?.reconnectAttempts?.() ?? this.maxReconnectAttempts,
      minDelayMs: this.reconnectDelay,
    })
    this.#onShown()
  }

  /** Ends the connection and forgets every subscription. */
  disconnect(): void {
    this.#close()
    for (const channel of this.#channels.values()) channel.keep?.()
    this.#channels.clear()
    this.subscriptions.clear()
    this.#reloader.stop()
  }

  /**
   * Reloads these props when the identifier's records change; without props, the one that the marker names. An
   * identifier whose id is `null` or `undefined` is skipped.
   */
  subscribe(identifier: string | null, props?: Props, { debounceMs }: SubscribeOptions = {}): void {
    if (!isIdentifier(identifier)) return
    const channel = this.#channel(identifier)
    const names = propList(props)
    if (names.length === 0) channel.undeclared++
    // What another component shows as well is the page's one value of it, and followed already.
    const added = names.filter((prop) => channel.count(prop, 1) === 1)
    for (const prop of names) {
      this.subscriptions.get(identifier)?.add(prop)
      if (debounceMs !== undefined) channel.delays.set(prop, debounceMs)
    }
    void this.connect()
    if (added.length > 0 || !channel.isAsked) this.#following.enter(channel, added)
  }

  /** Takes one subscription of these props back. */
  unsubscribe(identifier: string | null, props?: Props): void {
    const channel = isIdentifier(identifier) ? this.#channels.get(identifier) : undefined
    if (!channel) return
    const names = propList(props)
    if (names.length === 0 && channel.undeclared > 0) channel.undeclared--
    for (const prop of names) {
      if (channel.count(prop, -1) > 0) continue
      channel.delays.delete(prop)
      this.subscriptions.get(channel.name)?.delete(prop)
      const isWanted = [...this.#channels.values()].some(({ counts }) => counts.has(prop))
      if (!isWanted) this.#reloader.forget(prop)
    }
    this.#following.leaveSoon(channel)
  }

  /** Takes the subscriptions of a component back, written as they were made. */
  clearSubscriptions(subscriptions: Readonly<Record<string, Props>>): void {
    for (const [identifier, props] of Object.entries(subscriptions)) this.unsubscribe(identifier, props)
  }

  /** Calls back with every message of an identifier. Returns the function that ends it. */
  listen(identifier: string | null, call: (message: MarkerMessage) => void): () => void {
    if (!isIdentifier(identifier)) return () => {}
    const channel = this.#channel(identifier)
    const listener = { call }
    channel.listeners.add(listener)
    void this.connect()
    if (!channel.isAsked) this.#following.enter(channel, [])
    return () => {
      if (channel.listeners.delete(listener)) this.#following.leaveSoon(channel)
    }
  }

  /** Reloads what is pending after the pause, together with what becomes pending until then. */
  scheduleReload(delayMs: number = this.debounceMs): void {
    this.#reloader.schedule(delayMs)
  }

  /** Reloads what is pending, now or as soon as the page can. */
  performReload(): void {
    this.#reloader.perform()
  }

  /** Asks the server for every channel again, each from where it was heard last, as after a reconnect. */
  resubscribeAll(): void {
    this.#following.onOpen()
  }

  /** Tries a lost connection again after the wait that is due, also one that was given up while tries are left. */
  scheduleReconnect(): void {
    this.cable?.retry?.()
  }

  /** Takes a message as if the server had sent it. */
  handleMessage(message: IncomingMessage): void {
    const { identifier, action = 'refresh', prop, timestamp, type, cursor } = message
    const channel = this.#channels.get(identifier)
    if (type === 'error') return this.#following.onRejected(identifier, message.error)
    if (type || !channel) return
    const position = positionOf(cursor)
    channel.cursor = cursor ?? channel.cursor
    channel.changedAt = Math.max(channel.changedAt, position ?? 0)
    const heard = { identifier, action, prop, timestamp: timestamp ?? secondsOf(this.#options.clock) }
    noteMarker(heard)
    // By identifier a server names no prop, but what happened: `create`, `update` or `destroy`.
    const named = prop ? String(prop) : String(action).startsWith('re') ? undefined : EVERYTHING
    this.#mark(channel.staleProps(named), position, channel)
    channel.tell(heard)
  }

  get #isEnabled(): boolean {
    return this.#options.enabled !== false && typeof document !== 'undefined'
  }

  #watch(): void {
    if (this.#isEnabled)
      this.#stopWatching ??= watchPage(this.#options.page, {
        // Somebody looks again, or the network is back: what waits for another try has it now.
        onWake: () => {
          this.cable?.wake()
          this.#following.askRefused()
          this.performReload()
        },
        onFree: () => this.#reloader.freed(this.debounceMs),
        onShown: () => this.#onShown(),
        onKept: (props) => this.#mark(props, null),
      })
  }

  #host(): TransportHost {
    return {
      ...this.#following,
      onState: (state, attempts = 0) => {
        debug('connection', state)
        this.reconnectAttempts = attempts
        this.#setStatus(state)
      },
      onMarker: (message) => this.handleMessage(message),
      onDebounce: (debounceMs) => this.#setDebounce(debounceMs),
    }
  }

  #channel(name: string): Channel {
    const channel = this.#channels.get(name) ?? new Channel(name)
    channel.keep?.()
    channel.keep = undefined
    this.#channels.set(name, channel)
    this.subscriptions.set(name, this.subscriptions.get(name) ?? new Set())
    return channel
  }

  /** The page shows another answer, or one of the history: what each channel has to tell of it may be more. */
  #onShown(): void {
    this.#setDebounce(this.#options.page?.debounceMs?.())
    this.#reloader.settle()
    this.#following.onShown()
  }

  readonly #mark = (props: readonly string[], mark: number | null, channel?: Channel): void => {
    if (!this.#reloader.mark(props, mark ?? Infinity)) return
    const delays = props.map((prop) => channel?.delays.get(prop) ?? this.debounceMs)
    this.scheduleReload(Math.min(...delays))
  }

  /** What the page or the server says, unless the application does. */
  #setDebounce(debounceMs = this.debounceMs): void {
    if (this.#options.debounceMs === undefined) this.debounceMs = debounceMs
  }

  #close(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.cable?.close()
    this.cable = null
    for (const channel of this.#channels.values()) channel.isAsked = false
  }
}
