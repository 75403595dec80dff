/** `POST /sync/pull` and `GET /sync/pull`: all that a socket would get for these channels, in one answer. */
import { parsePullBody } from '../../protocol/http-bodies.ts'
import type { PullRequest } from '../../server/core.ts'
import { type Refused, jsonText, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { meantForAnother } from './intended-user.ts'
import { referencePull } from './reference-pull.ts'
import { unrepeated } from './unrepeated.ts'

/** A pull of a device, for as many channels as a connection may join. */
export async function pull(call: Call): Promise<Response> {
  const parsed = parsePullBody(await call.body())
  if (!parsed.ok) return refusal(parsed.error)
  const another = meantForAnother(call.identity, parsed.body.user)
  if (another) return refusal(another)
  return pullAnswer(call, { ...parsed.body, user: call.identity.user })
}

/** `?channel=…&cursor=…` for one channel, `?since=…` in the form of the reference. */
export async function pullOne(call: Call): Promise<Response> {
  const searchParams = unrepeated(call.url.searchParams)
  const since = searchParams.get('since')
  if (since !== null) return referencePull(call, since)
  const channel = searchParams.get('channel')
  if (channel === null) return refusal(NO_CHANNEL)
  const cursor = searchParams.get('cursor') ?? undefined
  const want = searchParams.get('want') === 'markers' ? 'markers' : 'rows'
  return pullAnswer(call, { user: call.identity.user, joins: [{ channel, cursor, want }] })
}

const NO_CHANNEL: Refused = {
  code: 'invalid_message',
  message: 'The request names no channel. Add `?channel=Production:…`, or `?since=…` for everything.',
}

async function pullAnswer({ core, take }: Call, asked: PullRequest): Promise<Response> {
  const most = core.limits.channelsPerConnection
  if (asked.joins.length > most) {
    const message = `The pull names ${asked.joins.length} channels. Ask for at most ${most} at once.`
    return refusal({ code: 'too_many_channels', message })
  }
  // The first channel was taken with the request; each further one costs as much as a join.
  const limited = asked.joins.length > 1 && take(asked.joins.length - 1)
  if (limited) return refusal(limited)
  const pulled = await core.pull(asked)
  if ('refused' in pulled) return refusal(pulled.refused)
  return jsonText(200, `{"messages":[${pulled.messages.join(',')}]}`)
}
