/** The phases of a connection and what leads from one to another, complete: what is not listed changes nothing. */

export type Phase =
  /** Not asked to connect: before the start, after `close`. */
  | 'stopped'
  /** The socket is being opened and the token fetched. */
  | 'connecting'
  /** `hello` is sent, `welcome` has not come. */
  | 'greeting'
  /** Welcome; rooms are joined and not all of them have caught up. */
  | 'catchingUp'
  /** Every room has caught up. */
  | 'live'
  /** The connection failed; a timer runs to the next attempt. */
  | 'waiting'
  /** The server said not to come back, or the attempts are used up. Only `start` leads out. */
  | 'refused'

export type Event =
  /** The application wants a connection, or has a reason to try again at once. */
  | 'start'
  | 'stop'
  | 'opened'
  | 'welcomed'
  | 'caughtUp'
  /** The socket failed, closed, stayed silent, or took too long. */
  | 'lost'
  /** The server will not have this device back. */
  | 'refused'
  /** The timer ran out, or the device came online or into view. */
  | 'retry'

export const NEXT: Record<Phase, Partial<Record<Event, Phase>>> = {
  stopped: { start: 'connecting' },
  connecting: { opened: 'greeting', lost: 'waiting', refused: 'refused', stop: 'stopped' },
  greeting: { welcomed: 'catchingUp', lost: 'waiting', refused: 'refused', stop: 'stopped' },
  catchingUp: { caughtUp: 'live', lost: 'waiting', refused: 'refused', stop: 'stopped' },
  live: { lost: 'waiting', refused: 'refused', stop: 'stopped' },
  waiting: { retry: 'connecting', start: 'connecting', refused: 'refused', stop: 'stopped' },
  refused: { start: 'connecting', stop: 'stopped' },
}

/** Phases in which frames travel. */
export function isConnected(phase: Phase): boolean {
  return phase === 'catchingUp' || phase === 'live'
}
