/**
 * A WebSocket that comes back: opened, watched for silence, and opened again after a wait. What the frames say is the
 * business of a transport.
 */
import type { SocketLike, SocketOptions, TransportHost, TransportSettings } from '../transport.ts'
import { delayBefore, NEXT, type SocketEvent, type SocketPhase } from './socket-phase.ts'

/** What differs between the wires. */
export interface Wire {
  readonly url: string
  readonly protocol: string
  /** Longest silence, in ms, before the connection is asked for a sign of life. */
  readonly quietMs: number
  /** The question; without one the server speaks by itself, and silence is the end. */
  ping?(): object
  onOpen(): void
  onFrame(frame: Frame): void
}

/** A frame as it came: whatever a server sends. */
export type Frame = Readonly<Record<string, unknown>> & { readonly type?: string }

// 15 s: a blackholed connection never answers.
const PATIENCE_MS = 15_000

export class ReconnectingSocket {
  readonly #wire: Wire
  readonly #host: TransportHost
  readonly #settings: TransportSettings
  readonly #options: SocketOptions
  #phase: SocketPhase = 'stopped'
  #failures = 0
  #asked = 0
  #socket: SocketLike | undefined
  #stopTimer = () => {}

  constructor(wire: Wire, host: TransportHost, settings: TransportSettings, options: SocketOptions) {
    this.#wire = wire
    this.#host = host
    this.#settings = settings
    this.#options = options
    this.dispatch('retry')
  }

  get isOpen(): boolean {
    return this.#phase === 'open'
  }

  send(message: object): void {
    this.#socket?.send(JSON.stringify(message))
  }

  wake(): void {
    this.dispatch('retry')
    // Asleep, the device may have lost the connection without hearing of it.
    if (this.isOpen && this.#wire.ping && this.#asked === 0) this.#beat()
  }

  /** `afterMs` is the server's wish for the next attempt. */
  dispatch(event: SocketEvent, afterMs?: number): void {
    let phase = NEXT[this.#phase][event]
    if (!phase) return
    if (phase === 'waiting' && ++this.#failures >= this.#settings.maxAttempts) phase = 'refused'
    this.#phase = phase
    this.#stopTimer()
    if (phase === 'connecting') this.#open()
    else if (phase === 'open') this.#opened()
    else this.#close()
    if (phase === 'waiting') {
      const { minDelayMs, random } = this.#settings
      this.#after(afterMs ?? delayBefore(this.#failures, minDelayMs, random), 'retry')
    }
    this.#host.onState(
      phase === 'open' ? 'connected' : phase === 'stopped' || phase === 'refused' ? 'off' : 'reconnecting',
    )
    if (phase === 'open') this.#host.onOpen()
  }

  #open(): void {
    this.#after(PATIENCE_MS, 'lost')
    try {
      const Socket =
        this.#options.WebSocket ??
        (globalThis as unknown as { WebSocket: NonNullable<SocketOptions['WebSocket']> }).WebSocket
      const socket = new Socket(this.#wire.url, this.#wire.protocol)
      this.#socket = socket
      const lost = () => this.#socket === socket && this.dispatch('lost')
      socket.onopen = () => this.#socket === socket && this.#wire.onOpen()
      socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(data)
      socket.onclose = lost
      socket.onerror = lost
    } catch {
      // No WebSocket, or one that the page's policy forbids. Not at once: the caller is told by the next turn.
      this.#stopTimer()
      this.#after(0, 'lost')
    }
  }

  #receive(data: unknown): void {
    if (this.isOpen) this.#watch()
    let frame: unknown
    try {
      frame = JSON.parse(String(data))
    } catch {
      return
    }
    if (frame && typeof frame === 'object') this.#wire.onFrame(frame as Frame)
  }

  #opened(): void {
    this.#failures = 0
    this.#watch()
  }

  /** Something was heard: the next silence counts from here. */
  #watch(): void {
    this.#asked = 0
    this.#wait(this.#wire.quietMs * (0.8 + 0.4 * this.#settings.random()))
  }

  #wait(delayMs: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#settings.clock.after(delayMs, () => this.#beat())
  }

  #beat(): void {
    if (!this.#wire.ping || this.#asked === 2) return this.dispatch('lost')
    this.#asked++
    this.send(this.#wire.ping())
    this.#wait(this.#wire.quietMs / 2)
  }

  #after(delayMs: number, event: SocketEvent): void {
    this.#stopTimer = this.#settings.clock.after(delayMs, () => this.dispatch(event))
  }

  #close(): void {
    const socket = this.#socket
    this.#socket = undefined
    // Closing a socket that is still opening makes `ws` report an error, to nobody in particular.
    if (socket) socket.onerror = () => {}
    socket?.close()
  }
}
