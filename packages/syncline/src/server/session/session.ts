/**
 * One connection's life: greeted, then message by message. Knows no wire.
 *
 *   new        nothing but `hello` is taken
 *   greeting   who is it? what comes meanwhile is queued (64 KiB)
 *   open       messages are taken in order; each answers when it can
 *   outdated   open, of an app that is too old to read rows
 *   leaving    what was accepted is still answered
 *   closed     nothing is taken or sent
 *
 * A message never throws and never blocks the next one, except that joins of one channel take their turn.
 *
 * It is what a server has most of, so what an idle one does not need is in its `Work`, it is its own watch, and its
 * methods are `private`: one `#` method would mark each session, at 8 bytes (`bench`: G5).
 */
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { User } from '../../protocol/user.ts'
import type { ParsedFrame } from '../../protocol/parse-device-message.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import type { Identity } from '../identity.ts'
import type { Outlet } from '../outlet.ts'
import { byeFrame, closeCodeOf, errorFrame, invalidFrame } from './answers.ts'
import type { Engine } from './engine.ts'
import { greet, isTurnedAway } from './greet.ts'
import type { ProofClock } from './proof-clock.ts'
import { ProofWatch } from './proof-watch.ts'
import { Subscription } from './subscription.ts'
import { Work } from './work.ts'

export type SessionPhase = 'new' | 'greeting' | 'open' | 'leaving' | 'closed'

/** A phase, and what else there is to know of it. */
type Stage = SessionPhase | 'outdated'

/** Who opened a connection, and the way to them. */
export interface Caller extends Outlet {
  /** Where it comes from; limits are shared by all that come from there. */
  readonly address: string
  /** Finds out who it is: by a token of a message, or by the request that opened the connection; throws a `SynclineError` for a foreign page. */
  identify(token?: string): Promise<Identity | null>
}

/** The sessions of one server, whose prototype knows what all of them need. */
export function sessionsOf(engine: Engine): new (caller: Caller) => Session {
  return class extends Session {
    get engine(): Engine {
      return engine
    }
  }
}

export abstract class Session extends ProofWatch {
  readonly #caller: Caller
  #stage: Stage = 'new'
  #device = ''
  /** What it has joined for rows: most have one channel, for which a list would take as much memory as all of this. */
  #subscriptions: Subscription | readonly Subscription[] = NONE
  #work: Work | null = null

  constructor(caller: Caller) {
    super()
    this.#caller = caller
  }

  abstract get engine(): Engine

  get outlet(): Outlet {
    return this.#caller
  }

  get address(): string {
    return this.#caller.address
  }

  protected get clock(): ProofClock {
    return this.engine.proofs
  }

  private get work(): Work {
    return (this.#work ??= new Work(this))
  }

  /** Finds out who it is, by a token or by what opened the connection. */
  identify(token?: string): Promise<Identity | null> {
    return this.#caller.identify(token)
  }

  get phase(): SessionPhase {
    return this.#stage === 'outdated' ? 'open' : this.#stage
  }

  /** Whether the app's schema is older than the server's. */
  get isOutdated(): boolean {
    return this.#stage === 'outdated'
  }

  get device(): string {
    return this.#device
  }

  /** The channels that it has joined for rows, in their order. */
  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions instanceof Subscription ? [this.#subscriptions] : this.#subscriptions
  }

  /** The channels that it has joined, for rows and for markers. */
  get channels(): { readonly rows: readonly string[]; readonly markers: readonly string[] } {
    const rows = this.subscriptions.map(({ channel }) => channel)
    return { rows, markers: this.#work?.joins.markers?.channels ?? [] }
  }

  /** Age of the oldest op that the device says it has not sent, in ms; 0 when it has none. */
  get oldestUnsentMs(): number {
    return this.#work?.oldestUnsentMs ?? 0
  }

  /** Takes one message; `read` parses it and is not called for one message too many. `bytes` is its size. */
  receive(read: () => ParsedFrame, bytes: number, receivedAtMs: number): void {
    if (this.#stage === 'closed' || this.#stage === 'leaving') return
    if (this.#stage === 'new') this.receiveFirst(read())
    else this.work.receive(read, bytes, receivedAtMs)
  }

  private receiveFirst(frame: ParsedFrame): void {
    if (!frame.ok) {
      const isHello = frame.error.type === 'hello'
      this.send(isHello ? invalidFrame(frame.error) : errorFrame('hello_first'))
      return this.close(closeCodeOf('hello_first'))
    }
    if (frame.message.type !== 'hello') return this.refuse('hello_first')
    this.#stage = 'greeting'
    void this.greet(frame.message)
  }

  private async greet(hello: Hello): Promise<void> {
    const greeted = await greet(this, hello)
    if (!greeted || this.phase === 'closed') return
    const { identity, welcome, outcome } = greeted
    if (isTurnedAway(this, identity.user, hello.device)) return
    this.#device = hello.device
    this.#stage = hello.schema < this.engine.schema.version ? 'outdated' : 'open'
    this.watch(this.engine.sessions.shared(identity))
    this.engine.sessions.add(this)
    this.work.note(hello.pending)
    this.send(welcome)
    this.work.begin(outcome)
  }

  /** Whether this session's answer to op `n`, which is still to be sent, takes the conflict along. */
  willTell(n: number | null, conflict: string): boolean {
    return this.#work?.willTell(n, conflict) ?? false
  }

  /** Gives up what an idle session does not need. Called now and then. */
  rest(nowMs: number): void {
    if (this.phase === 'open' && this.#work?.isDone(nowMs)) this.#work = null
  }

  /** Hands a frame to the wire; nothing after the end. */
  send(frame: Frame): void {
    if (this.#stage !== 'closed') this.outlet.send(frame)
  }

  sendMessage(message: object): void {
    this.send(frameOf(message))
  }

  /** Adds a channel behind the others. */
  enter(subscription: Subscription): void {
    this.keep([...this.subscriptions, subscription])
  }

  /** Ends the subscription to a channel; with `only`, if it is still that one. */
  drop(channel: string, only?: Subscription): void {
    const subscription = this.subscriptions.find((each) => each.channel === channel)
    if (!subscription || (only && subscription !== only)) return
    this.keep(this.subscriptions.filter((each) => each !== subscription))
    subscription.end()
    this.engine.channels.close(subscription.place, subscription)
  }

  private keep(subscriptions: readonly Subscription[]): void {
    const [first, second] = subscriptions
    this.#subscriptions = first && !second ? first : subscriptions
  }

  /** Loads a channel again that the device already has. */
  reload(subscription: Subscription, reason: string): void {
    void this.work.joins.reload(subscription, reason)
  }

  /** The right to a channel is lost. */
  lose(subscription: Subscription): void {
    this.work.joins.lose(subscription)
  }

  /** It cannot be found out whether a channel may go on. */
  fail(subscription: Subscription, error: unknown): void {
    this.work.joins.fail(subscription, error)
  }

  /** Who it is has been proven anew; rights that hang on it are checked again. */
  renew(identity: Identity): void {
    this.watch(this.engine.sessions.shared(identity))
    this.work.joins.renewUser(this.user)
  }

  protected onChanged(user: User): void {
    this.work.joins.renewUser(user)
  }

  protected onExpired(): void {
    this.refuse('token_expired')
  }

  protected onEnded(): void {
    this.dismiss('session_ended', false)
  }

  /** Refuses the connection: an `error` that says why, then the end. */
  refuse(code: ErrorCode, details: { readonly message?: string; readonly retryAfterMs?: number } = {}): void {
    if (this.#stage === 'closed') return
    this.send(errorFrame(code, details))
    this.close(closeCodeOf(code))
  }

  /** Ends with a `bye`. */
  dismiss(code: ErrorCode, reconnect: boolean, afterMs?: number): void {
    if (this.#stage === 'closed') return
    this.send(byeFrame(code, reconnect, afterMs))
    this.close(closeCodeOf(code))
  }

  close(closeCode: number): void {
    if (this.#stage === 'closed') return
    this.end()
    this.outlet.close(closeCode)
  }

  /** The connection is gone: everything that belongs to the session ends. */
  end(): void {
    if (this.#stage === 'closed') return
    this.#stage = 'closed'
    if (this.hasUser) this.engine.sessions.remove(this)
    this.endWatch()
    this.#work?.end()
    for (const { channel } of this.subscriptions) this.drop(channel)
  }

  /** Takes no more messages: the server is about to stop. */
  pause(): void {
    if (this.phase === 'open') this.#stage = 'leaving'
  }

  /** Resolves when every push that was accepted has been answered; never rejects. */
  finished(): Promise<void> {
    return this.#work?.finished() ?? Promise.resolve()
  }
}

const NONE: readonly Subscription[] = []
