/**
 * What the device and the server say to each other, over a socket or by single requests: every message of the
 * server finds the part that it is for.
 */
import type { Ack } from '../protocol/messages/ack.ts'
import type { Bye } from '../protocol/messages/bye.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { Welcome } from '../protocol/messages/welcome.ts'
import type { ServerMessage } from '../protocol/server-message.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import type { Clock } from './clock.ts'
import type { RejectionReason } from './outbox/outbox.ts'
import type { Writes } from './outbox/writes.ts'
import { RENAME, SIGN_IN } from './refusals.ts'
import { Requests, type RequestsHost } from './requests.ts'
import type { Rooms } from './rooms/rooms.ts'
import { DEFAULT_RECONNECT } from './session/backoff.ts'
import { endpointOf } from './session/endpoint.ts'
import { isConnected } from './session/phase.ts'
import { type RunnerHost, SessionRunner } from './session/runner.ts'
import { findSocketConstructor, type SocketConstructor } from './session/socket.ts'
import type { StoredDevice } from './storage/storage.ts'
import type { Store } from './store/store.ts'
import type { StatusFacts, SyncStatus } from './sync-status.ts'

/** The parts that messages are for. */
export interface DialogueParts {
  readonly schema: Schema
  readonly store: Store
  readonly clock: Clock
  readonly writes: Writes
  readonly rooms: Rooms
  /** The connection ended: what it was about to bring comes with the next. */
  onUnsettled(): void
  /** The device's ops up to this number are acknowledged; called inside a store transaction. */
  onAcknowledged(lastOp: number): void
  /**
   * Called when the server is asked for what was committed so far, by a join or a ping; what is returned, when it has
   * answered, or when all channels are asked: what left devices had acknowledged then is in the rows.
   */
  noteLeft(): () => void
  onChanged(): void
}

// 30 s: an answer this late is not coming, although the connection looks alive.
const STUCK_MS = 30_000
// Three fresh tokens that the server does not take mean that signing in is what is needed.
const MOST_RENEWALS = 3

export class Dialogue implements RunnerHost, RequestsHost {
  readonly #options: ClientOptions<Schema>
  readonly #parts: DialogueParts
  readonly #runner: SessionRunner
  readonly #requests: Requests
  /** Whose rows and writes the device holds; unknown until the server or the application said it. */
  #user: string | undefined
  #epoch: string | undefined
  #problem: SyncStatus['problem']
  /** Why the server does not apply now what was sent to it; it is sent again. */
  #writeProblem: SyncStatus['problem']
  #syncedAt: number | undefined
  #progressAt = 0
  /** What waits for the answers to the pings of this connection, in their order. */
  #pongs: (() => void)[] = []
  #cancelSendAgain = () => {}
  /** Joins may have been refused too. */
  #isRateLimited = false

  constructor(options: ClientOptions<Schema>, user: string, parts: DialogueParts) {
    this.#options = options
    this.#parts = parts
    this.#user = user === '' ? undefined : user
    const endpoint = endpointOf(options.url)
    const given = options.WebSocket as SocketConstructor | undefined
    this.#requests = new Requests(options, endpoint, parts, this)
    this.#runner = new SessionRunner(
      {
        clock: parts.clock,
        random: options.random ?? Math.random,
        reconnect: { ...DEFAULT_RECONNECT, ...options.reconnect },
        url: endpoint.socket,
        findSocket: () => given ?? findSocketConstructor(),
        findToken: () => this.findToken(),
      },
      this,
    )
  }

  get facts(): Pick<StatusFacts, 'session' | 'hasPolled' | 'lastSyncedAt' | 'problem'> {
    const { session } = this.#runner
    return {
      session,
      hasPolled: this.#requests.hasPolled,
      lastSyncedAt: this.#syncedAt,
      problem: this.#problem ?? this.#writeProblem,
    }
  }

  /** A socket is open and welcome. */
  get isConnected(): boolean {
    return isConnected(this.#runner.session.phase)
  }

  /** The application wants a connection, and the server has not refused it. */
  get isStarted(): boolean {
    const { phase } = this.#runner.session
    return phase !== 'stopped' && phase !== 'refused'
  }

  /** What is stored beside the outbox. */
  get identity(): Pick<StoredDevice, 'epoch' | 'user'> {
    return { epoch: this.#epoch, user: this.#user }
  }

  open(device: StoredDevice | undefined): void {
    this.#epoch = device?.epoch
    this.#user ??= device?.user
  }

  connect(): void {
    this.#problem = undefined
    this.#runner.dispatch({ event: 'start' })
  }

  /** Tries at once: the device came online or into view. */
  wake(): void {
    this.#runner.wake()
  }

  /** The device went offline: a socket may seem open for a minute yet. */
  lose(): void {
    this.#runner.dispatch({ event: 'lost' })
  }

  /** Ends the connection and begins another. */
  reconnect(): void {
    this.#runner.dispatch({ event: 'lost', afterMs: 0 })
  }

  close(): void {
    this.#runner.dispatch({ event: 'stop' })
    this.#requests.poll(false)
  }

  /** The session is live when no room owes an answer. */
  checkCaughtUp(): void {
    if (this.#runner.session.phase !== 'catchingUp' || this.#parts.rooms.awaited().length > 0) return
    this.#runner.dispatch({ event: 'caughtUp' })
    this.touchSynced()
  }

  findToken(): string | undefined | Promise<string | undefined> {
    const { token } = this.#options
    return typeof token === 'function' ? token() : token
  }

  hello(token: string | undefined): object {
    const { writes, schema } = this.#parts
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      device: writes.outbox?.device,
      schema: schema.version,
      token: token || undefined,
      pending: this.#pending(),
    }
  }

  /** The server lists devices that hold unsent writes, and how old those are. */
  #pending(): object | undefined {
    const { queued } = this.#parts.writes
    const [oldest] = queued
    if (!oldest) return undefined
    const oldestMs = Math.max(0, this.#parts.clock.now() - Date.parse(oldest.at))
    return { count: queued.length, oldestMs }
  }

  ping(onPong?: () => void): object {
    const settleLeft = this.#parts.noteLeft()
    this.#pongs.push(() => {
      onPong?.()
      settleLeft()
    })
    return { type: 'ping', pending: this.#pending() }
  }

  /** Asks for what the server has sent so far, if a connection is there. */
  ask(then?: () => void): void {
    if (this.isConnected) this.#runner.send(this.ping(then))
  }

  onChanged(): void {
    this.#parts.onChanged()
  }

  begin(): void {
    this.poll(false)
    this.#noteProgress()
    this.#pongs = []
    this.#parts.rooms.begin(
      (message) => this.#runner.send(message),
      (then) => this.ask(then),
    )
    this.#parts.noteLeft()()
    this.#parts.writes.flow.begin((push) => {
      this.#noteProgress()
      this.#runner.send({ type: 'push', ...push })
    })
    this.checkCaughtUp()
  }

  end(): void {
    this.#parts.rooms.end()
    this.#parts.writes.flow.end()
    this.#parts.onUnsettled()
    this.#cancelSendAgain()
    this.#isRateLimited = false
    this.#writeProblem = undefined
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return this.#onWelcome(message)
      case 'ack':
        return this.#onAck(message)
      case 'gap':
        return this.#onGap(message.expected)
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
      default:
        this.#noteProgress()
        this.#parts.rooms.receive(message)
    }
  }

  #onWelcome({ lastOp, lastKey, epoch, user, limits }: Welcome): void {
    if (this.#user !== undefined && user.id !== this.#user) {
      const message = `The session is of user \`${user.id}\`, the device's rows and writes are of \`${this.#user}\`. Close this client and make one with \`user\` \`${user.id}\`.`
      return this.refuse({ code: 'device_taken', message })
    }
    this.#user = user.id
    this.#epoch = epoch
    this.#problem = undefined
    const { writes } = this.#parts
    if (!writes.greet(lastOp, lastKey)) return this.reconnect()
    writes.flow.limit(limits['opsPerPush'], limits['messageBytes'])
    this.#runner.dispatch({ event: 'welcomed' })
  }

  #onAck(ack: Ack): void {
    const { store, writes, rooms } = this.#parts
    this.#noteProgress()
    this.#writeProblem = undefined
    store.transact(() => {
      writes.acknowledge(ack)
      this.#parts.onAcknowledged(ack.lastOp)
    })
    rooms.askAll()
    this.touchSynced()
  }

  /** A gap before what was acknowledged: the server's database was put back, which `welcome` will tell of. */
  #onGap(expected: number): void {
    const { writes } = this.#parts
    if (expected <= (writes.outbox?.lastOp ?? 0)) this.reconnect()
    else writes.flow.restartAt(expected)
  }

  #onPong(cursor: string | undefined): void {
    this.#pongs.shift()?.()
    if (cursor !== undefined) this.#parts.rooms.onPong(cursor)
    this.touchSynced()
  }

  #onError(message: ErrorMessage): void {
    const { code, channel, n, retryAfterMs } = message
    if (channel !== undefined) return this.#parts.rooms.receive(message)
    if (RENAME.has(code)) return this.#onNotOurs(message)
    if (code === 'token_expired') return void this.#renewToken()
    if (retryAfterMs === undefined && code !== 'unavailable') return this.complain(message)
    this.#sendAgain(code, retryAfterMs)
    // Only of a push the server names an op.
    if (n === undefined) return
    this.#writeProblem = { code, message: message.message }
    this.onChanged()
  }

  #sendAgain(code: string, afterMs = 1_000): void {
    const { clock, writes, rooms } = this.#parts
    if (code === 'rate_limited') {
      // A ping may be what was refused: nobody answers it.
      this.#pongs = []
      this.#isRateLimited = true
    }
    // One refusal of several that are under way sends them all again.
    this.#cancelSendAgain()
    this.#cancelSendAgain = clock.after(afterMs, () => {
      writes.sendAgain()
      if (this.#isRateLimited) rooms.sendAgain()
      this.#isRateLimited = false
    })
  }

  #onBye({ code, reconnect, afterMs }: Bye): void {
    // An `error` before it says more.
    const told = this.#problem?.code === code && this.#problem
    const problem = told || { code, message: `The server ended the session: ${code}.` }
    if (RENAME.has(code)) return this.#onNotOurs(problem)
    const canRenew = typeof this.#options.token === 'function' && SIGN_IN.has(code)
    const isRenewing = canRenew && this.#runner.session.failures < MOST_RENEWALS
    if (reconnect || isRenewing) this.#runner.dispatch({ event: 'lost', afterMs })
    else this.refuse(problem)
  }

  refuse(problem: RejectionReason): void {
    this.poll(false)
    this.complain(problem)
    this.#runner.dispatch({ event: 'refused' })
  }

  complain(problem: RejectionReason | undefined): void {
    this.#problem = problem && { code: problem.code, message: problem.message }
    this.onChanged()
  }

  /**
   * The device takes a new name, and its unsent writes wait for a decision. But one that is of another user may be
   * ours, and the session be the other's: `hello` does not say whom it is meant for, requests do (K3).
   */
  #onNotOurs({ code, message }: RejectionReason): void {
    if (code === 'device_taken' && this.#user !== undefined) {
      this.#runner.dispatch({ event: 'lost' })
      if (this.isStarted) this.poll(true)
      return
    }
    this.#parts.writes.rename({ code, message })
    this.reconnect()
  }

  async #renewToken(): Promise<void> {
    if (typeof this.#options.token !== 'function') return
    try {
      this.#runner.send({ type: 'token', token: await this.findToken() })
    } catch (error) {
      this.complain({ code: 'token_expired', message: `The token could not be renewed: ${String(error)}` })
    }
  }

  poll(isOn: boolean): void {
    this.#requests.poll(isOn)
  }

  /** A connection that answers pings and nothing else is as good as none. */
  isStuck(): boolean {
    const { writes, rooms, clock } = this.#parts
    const since = clock.now() - STUCK_MS
    return this.#progressAt <= since && (writes.isAwaitingAck || rooms.isOverdue(since))
  }

  #noteProgress(): void {
    this.#progressAt = this.#parts.clock.now()
  }

  touchSynced(): void {
    const { writes, rooms } = this.#parts
    if (writes.queued.length === 0 && !rooms.isBehind) this.#syncedAt = this.#parts.clock.now()
    this.onChanged()
  }
}
