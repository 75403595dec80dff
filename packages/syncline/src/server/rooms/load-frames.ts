/**
 * The frames of a load that is still being read: everybody who follows it gets all of them, at a pace of their own.
 * The last one, with the cursor, is known when the reading has ended.
 */
import type { SnapshotPiece, SnapshotTable } from '../../postgres/log/snapshot.ts'
import type { Frame } from '../frames/frame.ts'
import { emptyPiece, rowsFrame } from '../frames/rows-frames.ts'

export class LoadFrames implements AsyncIterable<Frame> {
  readonly #channel: string
  readonly #frames: Frame[] = []
  /** Held back, for it may be the last. */
  #piece: SnapshotPiece | undefined
  #isWhole = false
  #fault: Error | undefined
  #waiting: (() => void)[] = []

  constructor(channel: string) {
    this.#channel = channel
  }

  add(piece: SnapshotPiece): void {
    if (this.#piece) this.#frames.push(rowsFrame(this.#channel, this.#piece))
    this.#piece = piece
    this.#tell()
  }

  /** All of it was read: answers all frames. */
  end(tables: readonly SnapshotTable[], cursor: string): readonly Frame[] {
    this.#frames.push(rowsFrame(this.#channel, this.#piece ?? emptyPiece(tables[0]), cursor))
    this.#isWhole = true
    this.#tell()
    return this.#frames
  }

  /** The rest cannot be read: whoever follows is told so after what there was. */
  fail(error: Error): void {
    this.#fault = error
    this.#tell()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Frame> {
    for (let at = 0; ; at++) {
      while (at >= this.#frames.length) {
        if (this.#fault) throw this.#fault
        if (this.#isWhole) return
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      }
      yield this.#frames[at] as Frame
    }
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
