/**
 * What one turn has for a connection: frames that are shared with other connections, in a row that is shared as well.
 *
 * Members of a room get the same frames one after the other, so that each row is put together once, and a connection
 * only knows its end (`bench`: G3, bursts).
 */

/** The frames up to this one. */
export class Piece {
  readonly #frame: Buffer
  readonly #before: Piece | null
  readonly bytes: number
  #next: Piece | undefined
  #joined: Buffer | undefined

  constructor(frame: Buffer, before: Piece | null = null) {
    this.#frame = frame
    this.#before = before
    this.bytes = frame.length + (before?.bytes ?? 0)
  }

  /** This row with another frame behind it. */
  followedBy(frame: Buffer): Piece {
    const next = this.#next
    return next && next.#frame === frame ? next : (this.#next = new Piece(frame, this))
  }

  /** Whether it is this frame alone. */
  isOnly(frame: Buffer): boolean {
    return this.#before === null && this.#frame === frame
  }

  frames(): Buffer[] {
    const frames = [this.#frame]
    for (let piece = this.#before; piece !== null; piece = piece.#before) frames.push(piece.#frame)
    return frames.reverse()
  }

  /** All frames in one; the same for everybody who asks. */
  joined(): Buffer {
    return (this.#joined ??= this.#before === null ? this.#frame : Buffer.concat(this.frames(), this.bytes))
  }
}
