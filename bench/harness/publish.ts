/**
 * Publishes bursts to a room as fast as its sockets take them: the same loop for every contestant.
 *
 * A burst leaves in one turn of the event loop, and the next one begins when it has been written and no socket has
 * more than a little left of it.
 */
import type { Socket } from 'node:net'

/** A socket with more unsent bytes than this holds back the next burst. */
const LARGEST_BACKLOG = 16_384

export interface Publisher {
  readonly sockets: Iterable<Socket>
  /** True while a part of the last burst has not reached the sockets. */
  readonly isBusy?: () => boolean
  /** Sends `burst` messages; may end early when `isOver` says so, between two messages. */
  publish(burst: number, isOver: () => boolean): void
}

/** Runs for `forMs`; resolves when the last burst was handed to the sockets. */
export function publishFor(publisher: Publisher, burst: number, forMs: number): Promise<void> {
  const { sockets, publish, isBusy = () => false } = publisher
  const end = performance.now() + forMs
  const isOver = () => performance.now() > end
  return new Promise((resolve) => {
    const turn = () => {
      const canGoOn = !isBusy()
      if (canGoOn && isOver()) return resolve()
      if (canGoOn && !isBehind(sockets)) publish(burst, isOver)
      // Twice: a server may write at the end of the turn in which it was told.
      setImmediate(() => setImmediate(turn))
    }
    turn()
  })
}

function isBehind(sockets: Iterable<Socket>): boolean {
  for (const socket of sockets) if (socket.writableLength > LARGEST_BACKLOG) return true
  return false
}
