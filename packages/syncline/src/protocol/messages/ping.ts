import * as v from 'valibot'
import { pending } from './pending.ts'

/** Shows that the device is there; answered by `pong`. */
export const ping = v.strictObject({ type: v.literal('ping'), pending: v.optional(pending) })

export type Ping = v.InferOutput<typeof ping>
