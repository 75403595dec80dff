/** The seam between a cable session and its socket. */
import type { Frame } from '../../server/frames/frame.ts'
import type { DisconnectReason } from './cable-frames.ts'

export interface CableOutlet {
  /** Hands a frame to the wire; never blocks, never throws. */
  send(frame: Frame): void
  /** Says `disconnect` and closes. */
  disconnect(reason: DisconnectReason, reconnect: boolean): void
}
