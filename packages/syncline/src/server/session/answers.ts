/** The small messages of a session as frames. */
import { isStatementFault } from '../../postgres/statement-fault.ts'
import { type ErrorCode, errorEntry } from '../../protocol/errors.ts'
import type { Bye } from '../../protocol/messages/bye.ts'
import type { ErrorMessage } from '../../protocol/messages/error.ts'
import type { Gone } from '../../protocol/messages/gone.ts'
import type { Joined } from '../../protocol/messages/joined.ts'
import type { MessageError } from '../../protocol/parse-device-message.ts'
import { type Frame, frameOf } from '../frames/frame.ts'

/** An `error` message; the table's own text when none is given. */
export function errorFrame(code: string, details: Partial<Omit<ErrorMessage, 'type' | 'code'>> = {}): Frame {
  const { message = textOf(code), ...others } = details
  return frameOf({ type: 'error', code, message, ...others } satisfies ErrorMessage)
}

/** Says what is wrong with a message. */
export function invalidFrame({ code, message, channel }: MessageError): Frame {
  return errorFrame(code, { message, channel })
}

/** The one answer for unknown, missing, unreadable and unparsable (A3). */
export function notFoundFrame(channel: string): Frame {
  return errorFrame('not_found', { channel })
}

/** Time until a channel that the database did not answer for is asked for again, in ms. */
const ANSWERED_AFTER_MS = 1_000
/** As long, when a statement fails and not the database: it does so until somebody mends it. */
const MENDED_AFTER_MS = 5_000

/** The answer for a channel of which it cannot be found out whether, or what, may be read: it is asked for again. */
export function unavailableFrame(channel: string, error: unknown): Frame {
  if (!isStatementFault(error)) return errorFrame('unavailable', { channel, retryAfterMs: ANSWERED_AFTER_MS })
  const message = `\`${channel}\` cannot be read: its access rule, or a statement for its rows, fails in the database for this user. It is asked for again; the server's log says why.`
  return errorFrame('unavailable', { channel, message, retryAfterMs: MENDED_AFTER_MS })
}

export function byeFrame(code: ErrorCode, reconnect: boolean, afterMs?: number): Frame {
  return frameOf({ type: 'bye', code, reconnect, ...(afterMs !== undefined && { afterMs }) } satisfies Bye)
}

export function goneFrame(channel: string): Frame {
  return frameOf({ type: 'gone', channel, reason: 'not_found' } satisfies Gone)
}

export function joinedFrame(channel: string, cursor: string, want: 'rows' | 'markers' = 'rows'): Frame {
  return frameOf({ type: 'joined', channel, want, cursor, presence: [] } satisfies Joined)
}

/** The close code of an error that ends a connection; 1008 when a rule was broken that has no code of its own. */
export function closeCodeOf(code: ErrorCode): number {
  return errorEntry(code)?.close ?? 1008
}

function textOf(code: string): string {
  return errorEntry(code)?.text ?? code
}
