/**
 * Writes frames to one socket, and knows when the other side does not read.
 *
 *   W4 no blockage   what waits for a slow reader is bounded in bytes and in age; past that it is cut
 *
 * Frames are shared between connections, so a waiting frame costs a reference; the bound counts its bytes all the
 * same, because the kernel and the stream may hold a copy. A writer that has nothing to write can be forgotten.
 */
import type { Socket } from 'node:net'
import { writeDirectly } from './direct-write.ts'
import type { Flushing, Join, Turn } from './turn.ts'

/** What a writer needs of a socket: `net.Socket`, or a stand-in of a test. */
export type WritableSocket = Pick<
  Socket,
  'write' | 'cork' | 'uncork' | 'writableLength' | 'destroyed' | 'once' | 'off'
>

/** Larger pieces are written one by one: joining them would copy more than it saves. */
export const JOIN_AT_MOST = 262_144

/** How much may wait. */
export interface QueueBounds {
  readonly queueBytes: number
  readonly queueAgeMs: number
}

/** Who has a writer. */
export interface WriterOwner {
  /** Nothing waits any more: the writer has written all that it was given. */
  onWritten(): void
}

export class SocketWriter implements Flushing {
  readonly #socket: WritableSocket
  readonly #turn: Turn
  readonly #bounds: QueueBounds
  readonly #owner: WriterOwner | undefined
  #frames: Buffer[] | null = null
  #bytes = 0
  #isScheduled = false
  /** Time since which the socket takes nothing; null while it takes everything. */
  #blockedSinceMs: number | null = null
  #isOver = false
  #waiting: (() => void)[] | null = null
  #onDrain: (() => void) | null = null

  constructor(socket: WritableSocket, turn: Turn, bounds: QueueBounds, owner?: WriterOwner) {
    this.#socket = socket
    this.#turn = turn
    this.#bounds = bounds
    this.#owner = owner
  }

  /** Queues a frame for the end of this turn; false when more waits now than may. */
  send(frame: Buffer): boolean {
    if (this.#isOver) return true
    if (this.#frames === null) this.#frames = [frame]
    else this.#frames.push(frame)
    this.#bytes += frame.length
    if (this.#blockedSinceMs !== null) return this.waitingBytes <= this.#bounds.queueBytes
    if (this.#isScheduled) return true
    this.#isScheduled = true
    this.#turn.add(this)
    return true
  }

  /** Called by the turn; writes everything queued in one piece. */
  flush(join: Join): void {
    this.#isScheduled = false
    const frames = this.#frames
    if (this.#isOver || this.#blockedSinceMs !== null || frames === null) return
    const bytes = this.#bytes
    this.#frames = null
    this.#bytes = 0
    if (this.#write(frames, bytes, join) || this.#socket.writableLength === 0) return this.#release()
    this.block()
  }

  /** The socket takes nothing: nothing more is written until it does. */
  block(): void {
    this.#blockedSinceMs = performance.now()
    this.#onDrain = () => this.#drain()
    this.#socket.once('drain', this.#onDrain)
  }

  /** Queues frames for a flush that its owner has already asked for. */
  takeOver(frames: Buffer[], bytes: number): this {
    this.#frames = frames
    this.#bytes = bytes
    this.#isScheduled = true
    return this
  }

  #write(frames: Buffer[], bytes: number, join: Join): boolean {
    if (frames.length === 1 || bytes <= JOIN_AT_MOST) {
      const piece = frames.length === 1 ? (frames[0] as Buffer) : join(frames)
      return writeDirectly(this.#socket, piece) || this.#socket.write(piece)
    }
    this.#socket.cork()
    let isTaken = true
    for (const frame of frames) isTaken = this.#socket.write(frame)
    this.#socket.uncork()
    return isTaken
  }

  #drain(): void {
    this.#blockedSinceMs = null
    this.#onDrain = null
    if (this.#frames === null) return this.#release()
    this.#isScheduled = true
    this.#turn.add(this)
  }

  /** Bytes that the other side has not taken. */
  get waitingBytes(): number {
    return this.#bytes + this.#socket.writableLength
  }

  /** True when the oldest frame has waited longer than a connection may make us keep it. */
  isTooSlow(nowMs: number): boolean {
    return this.#blockedSinceMs !== null && nowMs - this.#blockedSinceMs > this.#bounds.queueAgeMs
  }

  /** Resolves when everything was taken, or the writer has ended. */
  drained(): Promise<void> {
    const isIdle = this.#blockedSinceMs === null && !this.#isScheduled
    if (this.#isOver || isIdle) return Promise.resolve()
    return new Promise((resolve) => (this.#waiting ??= []).push(resolve))
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = null
    for (const resolve of waiting ?? []) resolve()
    this.#owner?.onWritten()
  }

  /** Forgets what is queued: whoever does not read will not miss it, and continues from a cursor. */
  forget(): void {
    this.#frames = null
    this.#bytes = 0
  }

  /** Writes what is queued now, whether or not the socket takes it; used before a close. */
  end(): void {
    if (this.#isOver) return
    if (this.#frames !== null) this.#write(this.#frames, Infinity, Buffer.concat)
    this.drop()
  }

  /** Forgets what waits; nothing is written after it. */
  drop(): void {
    this.#isOver = true
    this.forget()
    if (this.#onDrain) this.#socket.off('drain', this.#onDrain)
    this.#release()
  }
}
