/**
 * The life of the connection as data: a phase, what is counted, and a pure step from one to the next.
 *
 * `step` decides; the runner opens sockets, sets timers and reports back as inputs. What the frames of a
 * connected session say is none of its business, only that one came.
 */
import type { Random } from '../new-id.ts'
import { backoffMs, type ReconnectOptions } from './backoff.ts'
import { type Event, isConnected, NEXT, type Phase } from './phase.ts'

export interface Session {
  readonly phase: Phase
  /** Failures in a row since the last session that became live. */
  readonly failures: number
  /** When the last frame came, by the device's clock. */
  readonly heardAt: number
  /** Pings sent since then. */
  readonly unanswered: number
}

export interface SessionInput {
  readonly event: Event
  /** The server's wish for the next attempt. */
  readonly afterMs?: number
}

/** What the runner does when a step asks for it. */
export type SessionEffect =
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  | { readonly type: 'hello' }
  | { readonly type: 'begin' }
  | { readonly type: 'ping' }
  | { readonly type: 'timer'; readonly name: TimerName; readonly delayMs: number }
  | { readonly type: 'noTimer'; readonly name: TimerName }
  | { readonly type: 'poll'; readonly isOn: boolean }

export type TimerName =
  /** Opening and greeting take no longer than this. */
  'patience' | 'retry' | 'heartbeat'

export interface Step {
  readonly session: Session
  readonly effects: readonly SessionEffect[]
}

export interface SessionSettings {
  readonly reconnect: Required<ReconnectOptions>
  readonly random: Random
}

export const NEW_SESSION: Session = { phase: 'stopped', failures: 0, heardAt: 0, unanswered: 0 }

// 15 s: the server closes a socket without hello after 10 s; a blackholed one never answers.
const PATIENCE_MS = 15_000
// 20 s: under the 30 s idle limit of common proxies, jitter included.
const PING_MS = 20_000
const PING_JITTER = 0.2
// 10 s: two pings go unanswered within twice the heartbeat.
const ANSWER_MS = 10_000
const MOST_UNANSWERED = 2
const FAILURES_BEFORE_POLLING = 3

/** Moves the session by one event; unknown events change nothing. */
export function step(session: Session, input: SessionInput, now: number, settings: SessionSettings): Step {
  const phase = nextPhase(session, input.event, settings)
  if (phase === undefined) return { session, effects: [] }
  const next = { ...session, phase, failures: nextFailures(session, phase), heardAt: now, unanswered: 0 }
  return {
    session: next,
    effects: [
      ...leaving(session.phase, phase),
      ...entering(next, input, settings),
      ...polling(session, next),
    ],
  }
}

function nextPhase(
  { phase, failures }: Session,
  event: Event,
  { reconnect }: SessionSettings,
): Phase | undefined {
  const next = NEXT[phase][event]
  return next === 'waiting' && failures + 1 >= reconnect.attempts ? 'refused' : next
}

function nextFailures({ failures }: Session, next: Phase): number {
  if (next === 'live' || next === 'stopped') return 0
  return next === 'waiting' || next === 'refused' ? failures + 1 : failures
}

function leaving(before: Phase, after: Phase): SessionEffect[] {
  if (before === 'waiting') return [{ type: 'noTimer', name: 'retry' }]
  if (before === 'connecting' || before === 'greeting') {
    return after === 'greeting' ? [] : [{ type: 'noTimer', name: 'patience' }]
  }
  return isConnected(before) && !isConnected(after) ? [{ type: 'noTimer', name: 'heartbeat' }] : []
}

function entering(
  { phase, failures }: Session,
  { afterMs }: SessionInput,
  settings: SessionSettings,
): SessionEffect[] {
  switch (phase) {
    case 'connecting':
      return [{ type: 'timer', name: 'patience', delayMs: PATIENCE_MS }, { type: 'open' }]
    case 'greeting':
      return [{ type: 'hello' }]
    case 'catchingUp':
      return [heartbeat(PING_MS, settings), { type: 'begin' }]
    case 'waiting': {
      const delayMs = afterMs ?? backoffMs(failures, settings.reconnect, settings.random)
      return [{ type: 'close' }, { type: 'timer', name: 'retry', delayMs }]
    }
    case 'stopped':
    case 'refused':
      return [{ type: 'close' }]
    case 'live':
      return []
  }
}

function polling(before: Session, after: Session): SessionEffect[] {
  const isOn = isPolling(after)
  return isPolling(before) === isOn ? [] : [{ type: 'poll', isOn }]
}

/** After three failures in a row the device polls over HTTP, until a socket is welcome again. */
export function isPolling({ phase, failures }: Session): boolean {
  const isTrying = phase === 'waiting' || phase === 'connecting' || phase === 'greeting'
  return isTrying && failures >= FAILURES_BEFORE_POLLING
}

/** Notes that a frame came. */
export function heard(session: Session, now: number): Session {
  return { ...session, heardAt: now, unanswered: 0 }
}

/** The heartbeat's timer ran out: wait on, ask, or give the connection up. */
export function beat(session: Session, now: number, settings: SessionSettings): Step {
  if (!isConnected(session.phase)) return { session, effects: [] }
  const silentMs = now - session.heardAt
  if (session.unanswered === 0 && silentMs < PING_MS * (1 - PING_JITTER)) {
    return { session, effects: [heartbeat(PING_MS - silentMs, settings)] }
  }
  if (session.unanswered >= MOST_UNANSWERED) return step(session, { event: 'lost' }, now, settings)
  const next = { ...session, unanswered: session.unanswered + 1 }
  return { session: next, effects: [{ type: 'ping' }, heartbeat(ANSWER_MS, settings)] }
}

function heartbeat(aroundMs: number, { random }: SessionSettings): SessionEffect {
  const delayMs = aroundMs * (1 - PING_JITTER + 2 * PING_JITTER * random())
  return { type: 'timer', name: 'heartbeat', delayMs }
}
