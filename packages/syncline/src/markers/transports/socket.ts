/**
 * A WebSocket that comes back: opened, watched for silence, and opened again after a wait. What the frames say is the
 * business of a transport.
 */
import type {
  Connection,
  SocketLike,
  SocketOptions,
  SyncState,
  TransportHost,
  TransportSettings,
} from '../transport.ts'
import { delayBefore } from '../delay-before.ts'
import { debug, errorOfAttempts, errorOfSocket } from '../development.ts'
import { NEXT, type SocketEvent, type SocketPhase } from './socket-phase.ts'

/** What differs between the wires. */
export interface Wire {
  url(): string
  readonly protocol: string
  /** Longest silence, in ms, before the connection is asked for a sign of life. */
  readonly quietMs: number
  /** The question; without one the server speaks by itself, and silence is the end. */
  readonly ping?: object
  onOpen(): void
  onFrame(frame: Frame): void
}

/** A frame as it came: whatever a server sends. */
export type Frame = Readonly<Record<string, unknown>> & { readonly type?: string }

// 15 s: a blackholed connection never answers.
const PATIENCE_MS = 15_000

/** What every transport has from its socket. */
export interface ReconnectingSocket extends Required<Pick<Connection, 'wake' | 'retry' | 'close'>> {
  isOpen(): boolean
  send(message: object): void
  /** `afterMs` is the server's wish for the next attempt. */
  dispatch(event: SocketEvent, afterMs?: number): void
}

function stateOf(phase: SocketPhase): SyncState {
  if (phase === 'open') return 'connected'
  return phase === 'stopped' || phase === 'refused' ? 'off' : 'reconnecting'
}

/** Opens a socket that is opened again whenever it is lost. */
export function reconnectingSocket(
  wire: Wire,
  host: TransportHost,
  { clock, random, maxAttempts, minDelayMs }: TransportSettings,
  options: SocketOptions,
): ReconnectingSocket {
  let phase: SocketPhase = 'stopped'
  let attempts = 0
  let asked = 0
  let socket: SocketLike | undefined
  let stopTimer = () => {}

  const wait = (delayMs: number, callback: () => void) => {
    stopTimer()
    stopTimer = clock.after(delayMs, callback)
  }

  const dispatch = (event: SocketEvent, afterMs?: number) => {
    let next = NEXT[phase][event]
    if (!next) return
    if (next === 'waiting' && attempts >= maxAttempts) {
      errorOfAttempts(maxAttempts)
      next = 'refused'
    }
    if (next === 'connecting' && phase !== 'stopped') {
      attempts++
      debug('attempting to reconnect, attempt', attempts)
    }
    phase = next
    stopTimer()
    if (phase === 'connecting') open()
    else if (phase === 'open') {
      attempts = 0
      watch()
    } else end()
    if (phase === 'waiting') {
      wait(afterMs ?? delayBefore(attempts + 1, minDelayMs, random), () => dispatch('retry'))
    }
    host.onState(stateOf(phase), attempts)
    if (phase === 'open') host.onOpen()
  }

  const open = () => {
    wait(PATIENCE_MS, () => dispatch('lost'))
    try {
      const Socket = options.WebSocket ?? (globalThis as unknown as Required<SocketOptions>).WebSocket
      socket = new Socket(wire.url(), wire.protocol)
      socket.onopen = wire.onOpen
      socket.onmessage = receive
      socket.onclose = socket.onerror = () => dispatch('lost')
    } catch (error) {
      errorOfSocket(error)
      // Not at once: the caller is told by the next turn.
      wait(0, () => dispatch('lost'))
    }
  }

  const receive = ({ data }: { readonly data: unknown }) => {
    if (phase === 'open') watch()
    let frame: Frame
    try {
      // `null` and numbers are JSON too, and have no type.
      frame = Object(JSON.parse(data as string))
    } catch {
      return
    }
    wire.onFrame(frame)
  }

  /** Something was heard: the next silence counts from here. */
  const watch = () => {
    asked = 0
    wait(wire.quietMs * (0.8 + 0.4 * random()), beat)
  }

  const beat = () => {
    if (!wire.ping || asked === 2) return dispatch('lost')
    asked++
    send(wire.ping)
    wait(wire.quietMs / 2, beat)
  }

  const send = (message: object) => socket?.send(JSON.stringify(message))

  const end = () => {
    if (!socket) return
    // What it still has to say is of no interest; without a listener, `ws` throws the error of one that was opening.
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = () => {}
    socket.close()
    socket = undefined
  }

  dispatch('retry')
  return {
    isOpen: () => phase === 'open',
    send,
    wake() {
      dispatch('retry')
      // Asleep, the device may have lost the connection without hearing of it.
      if (phase === 'open' && wire.ping && asked === 0) beat()
    },
    retry: () => dispatch('wait'),
    close: () => dispatch('stop'),
    dispatch,
  }
}
