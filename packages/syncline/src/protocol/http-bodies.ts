/** Bodies of the HTTP calls that stand for a socket's messages: `POST /sync/push` and `POST /sync/pull`. */
import * as v from 'valibot'
import { describeIssue } from './describe-issue.ts'
import { MAX_PUSH_OPS } from './limits.ts'
import { rawOp } from './messages/raw-op.ts'
import { want } from './messages/want.ts'
import { channelName, count, cursorText, name, ordinal } from './messages/wire-values.ts'
import type { Offence } from './find-offences.ts'
import {
  codeOf,
  isOfOp,
  type MessageError,
  offenceText,
  parseJson,
  parseOps,
  tooManyOps,
} from './parse-device-message.ts'
import type { ParsedOp } from './parse-op.ts'

const intended = v.pipe(
  name,
  v.description(
    'the id of the user it is meant for; a session of another user is refused with `session_ended`',
  ),
)

/** `POST /sync/push`; answered by an `ack` or a `gap`. */
export const pushBody = v.strictObject({
  device: v.pipe(name, v.description('the id of this browser profile and user, 1 to 255 characters')),
  ops: v.pipe(v.array(rawOp), v.description('the ops in order of n, without gaps')),
  after: v.optional(v.pipe(name, v.description('the key of the op before the first'))),
  read: v.optional(v.pipe(count, v.description('the op number up to which rejections have been read'))),
  schema: v.optional(v.pipe(ordinal, v.description("the version of the app's schema"))),
  user: v.optional(intended),
})

/** `POST /sync/pull`; answered by `{ messages: […] }`. */
export const pullBody = v.strictObject({
  device: v.pipe(name, v.description('the id of this browser profile and user, 1 to 255 characters')),
  schema: v.optional(v.pipe(ordinal, v.description("the version of the app's schema"))),
  read: v.optional(v.pipe(count, v.description('the op number up to which rejections have been read'))),
  joins: v.pipe(
    v.array(
      v.strictObject({
        channel: v.pipe(channelName, v.description('the name of a channel')),
        want: v.optional(want),
        cursor: v.optional(v.pipe(cursorText, v.description('the cursor to continue from'))),
        history: v.optional(v.pipe(v.boolean(), v.description('true for every change'))),
      }),
    ),
    v.description('a list of channels, each as { channel, want?, cursor? }'),
  ),
  user: v.optional(intended),
})

export type PullBody = v.InferOutput<typeof pullBody>
export type PushBody = Omit<v.InferOutput<typeof pushBody>, 'ops'> & { readonly ops: readonly ParsedOp[] }

export type ParsedBody<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly error: MessageError }

/** Reads the body of a push; faults inside an op become its rejection, as on a socket. Never throws. */
export function parsePushBody(text: string): ParsedBody<PushBody> {
  const parsed = parseBody(pushBody, text, 'push', isOfOp)
  if (!parsed.ok) return parsed
  const { ops } = parsed.body
  if (ops.length > MAX_PUSH_OPS) return refused('too_large', tooManyOps(ops.length))
  return { ok: true, body: { ...parsed.body, ops: parseOps(ops, parsed.offences) } }
}

/** Reads the body of a pull. Never throws. */
export function parsePullBody(text: string): ParsedBody<PullBody> {
  return parseBody(pullBody, text, 'pull')
}

function parseBody<Body>(
  schema: v.GenericSchema<unknown, Body>,
  text: string,
  noun: string,
  isTolerated: (offence: Offence) => boolean = () => false,
):
  | { readonly ok: true; readonly body: Body; readonly offences: readonly Offence[] }
  | { readonly ok: false; readonly error: MessageError } {
  const parsed = parseJson(text)
  if ('error' in parsed) return { ok: false, error: parsed.error }
  const ofOps = parsed.offences.filter(isTolerated)
  const ofEnvelope = parsed.offences.find((offence) => !ofOps.includes(offence))
  if (ofEnvelope !== undefined) return refused('invalid_message', offenceText(ofEnvelope, 'The body'))
  const result = v.safeParse(schema, parsed.value)
  if (!result.success) {
    const [issue] = result.issues
    return refused(codeOf(issue), describeIssue(schema, issue, `body of a ${noun}`))
  }
  return { ok: true, body: result.output, offences: ofOps }
}

function refused(
  code: MessageError['code'],
  message: string,
): { readonly ok: false; readonly error: MessageError } {
  return { ok: false, error: { code, message } }
}
