/**
 * `POST /sync/push`: ops of a device, committed on the same path as a socket's.
 *
 *   W1 durable        the ack leaves after the commit
 *   W2 exactly once   ops that come again are repeats and change nothing
 */
import type { PushAnswer } from '../../server/core.ts'
import { parsePushBody } from '../../protocol/http-bodies.ts'
import { acceptOps, isNegative } from '../../server/accept.ts'
import type { Metrics } from '../../server/metrics.ts'
import { untilNegativeAnswer } from '../../server/negative-answer.ts'
import { json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { meantForAnother } from './intended-user.ts'
import { tooMany } from './op-limit.ts'
import { isReferencePush, referencePush } from './reference-push.ts'

/** Answers an `ack`, or a `gap` when ops before these are missing. */
export async function push(call: Call): Promise<Response> {
  const { core, identity } = call
  const text = await call.body()
  if (isReferencePush(text)) return referencePush(call, text)
  const parsed = parsePushBody(text)
  if (!parsed.ok) return refusal(parsed.error)
  const { device, ops, after, read, user: intended } = parsed.body
  const unsound = meantForAnother(identity, intended) ?? tooMany(ops.length, core.limits.opsPerPush)
  if (unsound) return refusal(unsound)
  core.metrics.count('syncline_ops_total', ops.length)
  const outcome = await core.push({
    device,
    user: identity.user,
    ops: acceptOps(core.schema, core.ids, ops),
    after,
    read,
  })
  // A3: a rejection for what is not there and for what is forbidden leave at the same time.
  if (isNegative(outcome, ops)) await untilNegativeAnswer(call.receivedAtMs)
  count(core.metrics, outcome, ops)
  return pushAnswer(outcome)
}

/** Counted as on a socket; rejections of earlier pushes, sent again, are not new ones. */
function count(metrics: Metrics, outcome: PushAnswer, ops: readonly { readonly n: number }[]): void {
  const result = outcome.refused?.code ?? (outcome.gap === undefined ? 'applied' : 'gap')
  metrics.count('syncline_pushes_total', 1, { outcome: result })
  const sent = new Set(ops.map(({ n }) => n))
  for (const { code, n } of outcome.rejected)
    if (sent.has(n)) metrics.count('syncline_rejections_total', 1, { code })
}

function pushAnswer({ lastOp, lastKey, rejected, conflicts, gap, refused }: PushAnswer): Response {
  if (refused) return refusal(refused)
  if (gap !== undefined) return json(409, { type: 'gap', expected: gap })
  return json(200, { type: 'ack', lastOp, lastKey, rejected, conflicts })
}
