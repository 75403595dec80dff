/** Answers `hello`: who it is, whether they may come in, and what the server knows of the device. */
import type { PushOutcome } from '../../postgres/apply/writer.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { Welcome } from '../../protocol/messages/welcome.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import type { Identity } from '../identity.ts'
import type { Session } from './session.ts'

export interface Greeting {
  readonly identity: Identity
  readonly welcome: Frame
  /** What the device has not read yet. */
  readonly outcome: PushOutcome
}

/** Null when the session was refused and closed; never throws. */
export async function greet(session: Session, hello: Hello): Promise<Greeting | null> {
  try {
    return await admit(session, hello)
  } catch (error) {
    session.engine.log.warn({ error: String(error) }, 'A greeting failed.')
    session.dismiss('unavailable', true, 1_000)
    return null
  }
}

async function admit(session: Session, hello: Hello): Promise<Greeting | null> {
  const { engine } = session
  const identity = await session.identify(hello.token)
  if (!identity) return refused(session, 'unauthenticated')
  const { user } = identity
  if (!engine.isEnabled(user)) {
    session.dismiss('disabled', false)
    return null
  }
  if (engine.sessions.countOf(user.id) >= engine.limits.connectionsPerUser) {
    engine.metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_connections' })
    return refused(session, 'too_many_connections')
  }
  const outcome = await engine.writer.device(hello.device, user)
  if (outcome.refused) return refused(session, outcome.refused.code as ErrorCode, outcome.refused.message)
  return { identity, outcome, welcome: welcomeFrame(session, identity, outcome) }
}

function refused(session: Session, code: ErrorCode, message?: string): null {
  session.refuse(code, message)
  return null
}

function welcomeFrame({ engine }: Session, { user }: Identity, outcome: PushOutcome): Frame {
  const { channelsPerConnection, opsPerPush, messageBytes } = engine.limits
  return frameOf({
    type: 'welcome',
    user: { id: user.id, ...(user.name !== undefined && { name: user.name }) },
    protocol: 1,
    epoch: engine.tail.epoch,
    lastOp: outcome.lastOp,
    ...(outcome.lastKey !== undefined && { lastKey: outcome.lastKey }),
    limits: { channelsPerConnection, opsPerPush, messageBytes },
    time: new Date().toISOString(),
    debounceMs: engine.debounceMs,
  } satisfies Welcome)
}
