/** What the server says in `actioncable-v1-json`; an identifier is given back byte for byte. */
import { type Frame, frameOf } from '../../server/frames/frame.ts'

/** Why a connection is ended; Rails' own words, and ours for what Rails does not do. */
export type DisconnectReason =
  | 'unauthorized'
  | 'foreign_origin'
  | 'remote'
  | 'server_restart'
  | 'too_many_connections'
  | 'slow_consumer'
  | 'timeout'
  | 'unavailable'

export const WELCOME = frameOf({ type: 'welcome' })

/** The heartbeat: the time in whole seconds. */
export function pingFrame(nowMs: number): Frame {
  return frameOf({ type: 'ping', message: Math.floor(nowMs / 1_000) })
}

/** The cursor stands for a subscription that asked from one: nothing since was missed, and it goes on from here. */
export function confirmFrame(identifier: string, cursor?: string): Frame {
  return frameOf({ identifier, type: 'confirm_subscription', ...(cursor !== undefined && { cursor }) })
}

export function rejectFrame(identifier: string): Frame {
  return frameOf({ identifier, type: 'reject_subscription' })
}

export function disconnectFrame(reason: DisconnectReason, reconnect: boolean): Frame {
  return frameOf({ type: 'disconnect', reason, reconnect })
}

/** What a subscription receives; the cursor, when it asked from one, stands beside the message, which stays Rails' own. */
export function messageFrame(identifier: string, message: object, cursor?: string): Frame {
  return frameOf({ identifier, message, ...(cursor !== undefined && { cursor }) })
}

/**
 * Says what is wrong with a command. Its identifier is nobody's, so that no subscription of the client takes it for a
 * message of its channel; without any, `@rails/actioncable` throws.
 */
export function faultFrame(code: string, error: string, retryAfterMs?: number): Frame {
  return frameOf({
    type: 'error',
    identifier: '',
    code,
    error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}
