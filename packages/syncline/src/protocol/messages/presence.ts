import * as v from 'valibot'
import { channelName } from './wire-values.ts'

/** Says what this connection does in a room; device to server. */
export const presenceUpdate = v.strictObject({
  type: v.literal('presence'),
  channel: v.pipe(channelName, v.description('the name of a joined room')),
  state: v.pipe(
    v.custom<PresenceState | null>(isState),
    v.description('an object of any JSON, or null to be gone'),
  ),
})

export type PresenceUpdate = v.InferOutput<typeof presenceUpdate>

/** Short-lived state of one connection: what it looks at, which field it edits. */
export type PresenceState = Readonly<Record<string, unknown>>

/** One connection in a room. */
export const presenceEntry = v.object({
  connection: v.pipe(v.string(), v.description('an id of the connection, good for this room only')),
  user: v.pipe(v.string(), v.description("the user's id")),
  state: v.pipe(v.custom<PresenceState | null>(isState), v.description('its state, or null when it is gone')),
})

/** Says who came, changed or went in a room; server to device. */
export const presence = v.object({
  type: v.literal('presence'),
  channel: v.pipe(v.string(), v.description('the room')),
  changed: v.pipe(v.array(presenceEntry), v.description('the connections that changed')),
})

export type Presence = v.InferOutput<typeof presence>

function isState(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value)
}
