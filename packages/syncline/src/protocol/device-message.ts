/** Messages from a device, told apart by `type`. Unknown fields are refused by name. */
import type { GenericSchema } from 'valibot'
import { hello, type Hello } from './messages/hello.ts'
import { join, type Join } from './messages/join.ts'
import { leave, type Leave } from './messages/leave.ts'
import { ping, type Ping } from './messages/ping.ts'
import { presenceUpdate, type PresenceUpdate } from './messages/presence.ts'
import { push, type Push } from './messages/push.ts'
import { resolve, type Resolve } from './messages/resolve.ts'
import { token, type Token } from './messages/token.ts'

export const DEVICE_MESSAGES = {
  hello,
  join,
  leave,
  push,
  resolve,
  presence: presenceUpdate,
  token,
  ping,
} as const

/** A message as a client sends it. */
export type DeviceMessage = Hello | Join | Leave | Push | Resolve | PresenceUpdate | Token | Ping

export type DeviceMessageType = keyof typeof DEVICE_MESSAGES

/** The schema of a message type; undefined for an unknown type, however it is spelled. */
export function deviceSchema(type: unknown): GenericSchema<unknown, DeviceMessage> | undefined {
  if (typeof type !== 'string' || !Object.hasOwn(DEVICE_MESSAGES, type)) return undefined
  return DEVICE_MESSAGES[type as DeviceMessageType]
}
