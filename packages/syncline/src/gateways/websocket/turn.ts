/**
 * Joins what becomes ready in one turn of the event loop: each connection gets one write.
 *
 * Flow: writers that got a frame are collected; when the loop has taken in what was ready to be read, each of
 * them flushes once. Members of one room have the same list of frames, which is joined once for all of them
 * (`bench`: G3). An idle loop reaches this point at once.
 */

import { Piece } from './piece.ts'

/** Something that has frames to write. */
export interface Flushing {
  flush(join: Join): void
}

/** Joins a list of frames to one piece; equal lists of one turn give the same piece. */
export type Join = (frames: readonly Buffer[]) => Buffer

/** Stands where somebody was. */
const NOBODY: Flushing = { flush() {} }

export class Turn {
  /** The first `#count` are; the others are places for the next turn, as a list that grows anew in each is copied again and again. */
  #ready: Flushing[] = []
  #count = 0
  #spare: Flushing[] = []
  /** The last that was begun: members of a room get one frame one after the other. */
  #begun: Piece | undefined

  /** Flushes `writer` at the end of this turn. */
  add(writer: Flushing): void {
    this.#ready[this.#count++] = writer
    if (this.#count === 1) setImmediate(() => this.#flush())
  }

  /** What a connection has that gets this frame first. */
  begin(frame: Buffer): Piece {
    if (!this.#begun?.isOnly(frame)) this.#begun = new Piece(frame)
    return this.#begun
  }

  #flush(): void {
    const ready = this.#ready
    const count = this.#count
    this.#ready = this.#spare
    this.#count = 0
    this.#begun = undefined
    const join = createJoin()
    for (let index = 0; index < count; index++) {
      const writer = ready[index] as Flushing
      ready[index] = NOBODY
      writer.flush(join)
    }
    this.#spare = ready
  }
}

/** Remembers joined lists by their first frame. */
export function createJoin(): Join {
  let joined: Map<Buffer, { frames: readonly Buffer[]; piece: Buffer }> | undefined
  return (frames) => {
    const first = frames[0] as Buffer
    joined ??= new Map()
    const known = joined.get(first)
    if (known && areSame(known.frames, frames)) return known.piece
    const piece = Buffer.concat(frames)
    joined.set(first, { frames, piece })
    return piece
  }
}

function areSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 1; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
