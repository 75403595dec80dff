/** The schemas of the server's messages: for documentation, tests and other implementations; a device imports the types. */
import { ack } from './messages/ack.ts'
import { bye } from './messages/bye.ts'
import { changes } from './messages/changes.ts'
import { conflicts } from './messages/conflicts.ts'
import { error } from './messages/error.ts'
import { gap } from './messages/gap.ts'
import { gone } from './messages/gone.ts'
import { joined } from './messages/joined.ts'
import { marker } from './messages/marker.ts'
import { pong } from './messages/pong.ts'
import { presence } from './messages/presence.ts'
import { rows } from './messages/rows.ts'
import { snapshot } from './messages/snapshot.ts'
import { welcome } from './messages/welcome.ts'

export const SERVER_MESSAGES = {
  welcome,
  rows,
  changes,
  joined,
  marker,
  ack,
  conflicts,
  gap,
  presence,
  snapshot,
  gone,
  error,
  bye,
  pong,
} as const
