/** Messages from the server, told apart by `type`. A device ignores fields it does not know. Types only. */
import type { Ack } from './messages/ack.ts'
import type { Bye } from './messages/bye.ts'
import type { Changes } from './messages/changes.ts'
import type { Conflicts } from './messages/conflicts.ts'
import type { ErrorMessage } from './messages/error.ts'
import type { Gap } from './messages/gap.ts'
import type { Gone } from './messages/gone.ts'
import type { Joined } from './messages/joined.ts'
import type { Marker } from './messages/marker.ts'
import type { Pong } from './messages/pong.ts'
import type { Presence } from './messages/presence.ts'
import type { Rows } from './messages/rows.ts'
import type { Snapshot } from './messages/snapshot.ts'
import type { Welcome } from './messages/welcome.ts'

export type ServerMessage =
  | Welcome
  | Rows
  | Changes
  | Joined
  | Marker
  | Ack
  | Conflicts
  | Gap
  | Presence
  | Snapshot
  | Gone
  | ErrorMessage
  | Bye
  | Pong

export type ServerMessageType = ServerMessage['type']
