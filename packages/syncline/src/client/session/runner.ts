/**
 * Runs the session: opens sockets and sets timers when a step asks for it, and reports back what came of it.
 * Every decision is in `session.ts`.
 */
import { SUBPROTOCOL } from '../../protocol/version.ts'
import type { ServerMessage } from '../../protocol/server-message.ts'
import type { Clock } from '../clock.ts'
import { isConnected } from './phase.ts'
import {
  beat,
  heard,
  NEW_SESSION,
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionSettings,
  step,
  type Step,
  type TimerName,
} from './session.ts'
import type { SocketConstructor, SocketLike } from './socket.ts'

export interface RunnerOptions extends SessionSettings {
  readonly clock: Clock
  readonly url: string
  readonly findSocket: () => SocketConstructor | Promise<SocketConstructor>
  /** Called for every connection, so that each begins with a token that is still valid. */
  readonly findToken: () => string | undefined | Promise<string | undefined>
}

/** What the session leads to. */
export interface RunnerHost {
  hello(token: string | undefined): object
  /** The connection is welcome: join and push. */
  begin(): void
  end(): void
  ping(): object
  /** True when answers are overdue, however alive the connection looks. */
  isStuck(): boolean
  receive(message: ServerMessage): void
  poll(isOn: boolean): void
  onChanged(): void
}

export class SessionRunner {
  readonly #options: RunnerOptions
  readonly #host: RunnerHost
  readonly #timers = new Map<TimerName, () => void>()
  #session: Session = NEW_SESSION
  #socket: SocketLike | undefined
  #token: string | undefined
  #attempt = 0

  constructor(options: RunnerOptions, host: RunnerHost) {
    this.#options = options
    this.#host = host
  }

  get session(): Session {
    return this.#session
  }

  dispatch(input: SessionInput): void {
    this.#take(step(this.#session, input, this.#options.clock.now(), this.#options))
  }

  send(message: object): void {
    this.#socket?.send(JSON.stringify(message))
  }

  /** The device came online or into view: tries at once, or asks whether the connection still lives. */
  wake(): void {
    this.dispatch({ event: 'retry' })
    if (this.#session.unanswered === 0 && this.#session.phase === 'live') this.send(this.#host.ping())
  }

  #take({ session, effects }: Step): void {
    const before = this.#session
    this.#session = session
    if (isConnected(before.phase) && !isConnected(session.phase)) this.#host.end()
    for (const effect of effects) this.#perform(effect)
    if (before !== session) this.#host.onChanged()
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case 'open':
        return void this.#open()
      case 'close':
        return this.#close()
      case 'hello':
        return this.send(this.#host.hello(this.#token))
      case 'begin':
        return this.#host.begin()
      case 'ping':
        return this.send(this.#host.ping())
      case 'poll':
        return this.#host.poll(effect.isOn)
      case 'timer':
        return this.#setTimer(effect.name, effect.delayMs)
      case 'noTimer':
        return this.#clearTimer(effect.name)
    }
  }

  async #open(): Promise<void> {
    const attempt = ++this.#attempt
    const isCurrent = () => attempt === this.#attempt
    try {
      const [Socket, token] = await Promise.all([this.#options.findSocket(), this.#options.findToken()])
      if (!isCurrent()) return
      this.#token = token
      this.#socket = this.#listen(new Socket(this.#options.url, SUBPROTOCOL), isCurrent)
    } catch {
      // No token, no socket: the network may be away, so this is an attempt that failed.
      if (isCurrent()) this.dispatch({ event: 'lost' })
    }
  }

  #listen(socket: SocketLike, isCurrent: () => boolean): SocketLike {
    const lost = () => {
      if (isCurrent()) this.dispatch({ event: 'lost' })
    }
    socket.onopen = () => {
      if (isCurrent()) this.dispatch({ event: 'opened' })
    }
    socket.onmessage = ({ data }) => {
      if (isCurrent()) this.#receive(String(data))
    }
    socket.onclose = lost
    socket.onerror = lost
    return socket
  }

  #receive(text: string): void {
    this.#session = heard(this.#session, this.#options.clock.now())
    this.#host.receive(JSON.parse(text) as ServerMessage)
  }

  #close(): void {
    this.#attempt++
    const socket = this.#socket
    this.#socket = undefined
    // Closing a socket that is still opening makes `ws` report an error, to nobody in particular.
    if (socket) socket.onerror = () => {}
    socket?.close()
  }

  #setTimer(name: TimerName, delayMs: number): void {
    this.#clearTimer(name)
    this.#timers.set(
      name,
      this.#options.clock.after(delayMs, () => this.#onTimer(name)),
    )
  }

  #onTimer(name: TimerName): void {
    this.#timers.delete(name)
    if (name === 'heartbeat' && !this.#host.isStuck()) {
      this.#take(beat(this.#session, this.#options.clock.now(), this.#options))
    } else this.dispatch({ event: name === 'retry' ? 'retry' : 'lost' })
  }

  #clearTimer(name: TimerName): void {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
  }
}
