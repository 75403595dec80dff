/** The seam between a session and the wire it writes to: one connection of a gateway. */
import type { Frame } from './frames/frame.ts'

export interface Outlet {
  /** Hands a frame to the wire; frames that become ready in the same turn leave together. Never blocks, never throws. */
  send(frame: Frame): void
  /** Bytes handed over that the other side has not taken yet. */
  readonly waitingBytes: number
  /** Resolves when little is waiting, or the connection is gone. */
  drained(): Promise<void>
  /** Closes after what was sent, with the close code of the wire. */
  close(closeCode: number): void
}
