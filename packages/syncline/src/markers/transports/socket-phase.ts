/** The phases of a connection and what leads from one to another, complete: what is not listed changes nothing. */

export type SocketPhase =
  /** Closed by the page. */
  | 'stopped'
  | 'connecting'
  /** The server greeted. */
  | 'open'
  /** It failed; a timer runs to the next attempt. */
  | 'waiting'
  /** The server said not to come back, or the attempts are used up: tried again when somebody looks, not by itself. */
  | 'refused'

export type SocketEvent =
  | 'greeted'
  /** Failed, closed, silent, or too slow. */
  | 'lost'
  | 'refused'
  /** The page wants it tried again, in a while. */
  | 'wait'
  /** The timer ran out, or the device came online or into view. */
  | 'retry'
  | 'stop'

export const NEXT: Record<SocketPhase, Partial<Record<SocketEvent, SocketPhase>>> = {
  stopped: { retry: 'connecting' },
  connecting: { greeted: 'open', lost: 'waiting', refused: 'refused', stop: 'stopped' },
  open: { lost: 'waiting', refused: 'refused', stop: 'stopped' },
  waiting: { retry: 'connecting', refused: 'refused', stop: 'stopped' },
  refused: { wait: 'waiting', retry: 'connecting', stop: 'stopped' },
}
