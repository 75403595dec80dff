/** Answers `hello`: who it is, whether they may come in, and what the server knows of the device. */
import type { PushOutcome } from '../../postgres/apply/writer.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { Welcome } from '../../protocol/messages/welcome.ts'
import { type ErrorCode, SynclineError } from '../../protocol/errors.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import type { Identity } from '../identity.ts'
import { errorFrame } from './answers.ts'
import type { User } from '../../protocol/user.ts'
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
    if (error instanceof SynclineError) return turnedAway(session, error)
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
  if (isTurnedAway(session, user, hello.device)) return null
  const outcome = await engine.writer.device(hello.device, user)
  if (outcome.refused) return refused(session, outcome.refused.code as ErrorCode, outcome.refused.message)
  return { identity, outcome, welcome: welcomeFrame(session, identity, outcome) }
}

/**
 * Whether there is no room for one more connection of this user; the session is told why and closed. Asked before the
 * database is, and again at the moment of entering: others may have come in meanwhile.
 */
export function isTurnedAway(session: Session, user: User, device: string): boolean {
  const { isEnabled, sessions, limits, metrics } = session.engine
  if (!isEnabled(user)) session.dismiss('disabled', false)
  else if (sessions.countOf(user.id) >= limits.connectionsPerUser) {
    metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_connections' })
    session.refuse('too_many_connections', { retryAfterMs: ROOM_AGAIN_MS })
  } else if ((sessions.userOfDevice(device) ?? user.id) !== user.id) session.refuse('device_taken')
  else return false
  return true
}

/** When another connection of the user may have ended, in ms. */
const ROOM_AGAIN_MS = 5_000

/** Told why, and not to come again: a page of a foreign origin would be refused for ever. */
function turnedAway(session: Session, { code, message }: SynclineError): null {
  session.send(errorFrame(code, { message }))
  session.dismiss(code, false)
  return null
}

function refused(session: Session, code: ErrorCode, message?: string): null {
  session.refuse(code, { message })
  return null
}

function welcomeFrame({ engine }: Session, { user }: Identity, outcome: PushOutcome): Frame {
  const { channelsPerConnection, opsPerPush, messageBytes } = engine.limits
  return frameOf({
    type: 'welcome',
    user: { id: engine.shown.user(user.id), ...(user.name !== undefined && { name: user.name }) },
    protocol: 1,
    epoch: engine.tail.epoch,
    lastOp: outcome.lastOp,
    ...(outcome.lastKey !== undefined && { lastKey: outcome.lastKey }),
    limits: { channelsPerConnection, opsPerPush, messageBytes },
    time: new Date().toISOString(),
    debounceMs: engine.debounceMs,
  } satisfies Welcome)
}
