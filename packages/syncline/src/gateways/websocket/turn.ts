/**
 * Joins what becomes ready in one turn of the event loop: each connection gets one write.
 *
 * Flow: writers that got a frame are collected; when the loop has taken in what was ready to be read, each of
 * them flushes once. Members of one room have the same list of frames, which is joined once for all of them
 * (measured by `bench/fan-out`). An idle loop reaches this point at once.
 */

/** Something that has frames to write. */
export interface Flushing {
  flush(join: Join): void
}

/** Joins a list of frames to one piece; equal lists of one turn give the same piece. */
export type Join = (frames: readonly Buffer[]) => Buffer

export class Turn {
  #ready: Flushing[] = []

  /** Flushes `writer` at the end of this turn. */
  add(writer: Flushing): void {
    if (this.#ready.push(writer) === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    const ready = this.#ready
    this.#ready = []
    const join = createJoin()
    for (const writer of ready) writer.flush(join)
  }
}

/** Remembers joined lists by their first frame. */
export function createJoin(): Join {
  const joined = new Map<Buffer, { frames: readonly Buffer[]; piece: Buffer }>()
  return (frames) => {
    const first = frames[0] as Buffer
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
