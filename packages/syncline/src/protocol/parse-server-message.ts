/** Reads what a server sends, without schemas: a device trusts its server's shapes and ignores what it does not know. */
import type { ServerMessage, ServerMessageType } from './server-message.ts'

// What a device would trip over without it.
const NEEDS: Readonly<Record<ServerMessageType, readonly string[]>> = {
  welcome: ['user', 'lastOp'],
  rows: ['channel', 'model', 'columns', 'rows'],
  changes: ['channel', 'changes'],
  joined: ['channel', 'cursor'],
  marker: ['channel', 'action'],
  ack: ['lastOp', 'rejected', 'conflicts'],
  conflicts: ['conflicts'],
  gap: ['expected'],
  presence: ['channel', 'changed'],
  snapshot: ['channel'],
  gone: ['channel'],
  error: ['code'],
  bye: ['code'],
  pong: [],
}

/** Returns the message; null for one of a type that this version does not know, or that is not one at all. */
export function parseServerMessage(text: string): ServerMessage | null {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return null
  }
  return isServerMessage(message) ? message : null
}

/** Whether a value is a message of the server, as those in the answer of a pull. */
function isServerMessage(message: unknown): message is ServerMessage {
  if (typeof message !== 'object' || message === null) return false
  const { type } = message as { readonly type?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(NEEDS, type)) return false
  return NEEDS[type as ServerMessageType].every((name) => Object.hasOwn(message, name))
}
