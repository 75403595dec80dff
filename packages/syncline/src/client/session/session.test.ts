import { expect, test } from 'vitest'
import { DEFAULT_RECONNECT } from './backoff.ts'
import { type Event, NEXT, type Phase } from './phase.ts'
import { beat, heard, NEW_SESSION, type Session, type SessionEffect, step } from './session.ts'

const settings = { reconnect: DEFAULT_RECONNECT, random: () => 0.5 }
const events: Event[] = ['start', 'stop', 'opened', 'welcomed', 'caughtUp', 'lost', 'refused', 'retry']
const phases = Object.keys(NEXT) as Phase[]

/** Plays events from a new session. */
function after(...played: Event[]): { session: Session; effects: readonly SessionEffect[] } {
  let result: { session: Session; effects: readonly SessionEffect[] } = { session: NEW_SESSION, effects: [] }
  for (const event of played) result = step(result.session, { event }, 0, settings)
  return result
}

test('the table leads from every phase to every other, and `stop` ends each', () => {
  const reached = new Set<Phase>(['stopped'])
  for (let round = 0; round < phases.length; round++) {
    for (const phase of Array.from(reached)) for (const next of Object.values(NEXT[phase])) reached.add(next)
  }

  expect([...reached].sort()).toEqual([...phases].sort())
  for (const phase of phases) if (phase !== 'stopped') expect(NEXT[phase].stop).toBe('stopped')
})

test('every pair of phase and event either follows the table or changes nothing', () => {
  for (const phase of phases) {
    for (const event of events) {
      const before: Session = { ...NEW_SESSION, phase }

      const { session, effects } = step(before, { event }, 5, settings)

      if (NEXT[phase][event] === undefined) {
        expect(session).toBe(before)
        expect(effects).toEqual([])
      } else expect(session.phase).toBe(NEXT[phase][event])
    }
  }
})

test('every phase that waits for something has a timer that ends the waiting', () => {
  expect(after('start').effects).toContainEqual({ type: 'timer', name: 'patience', delayMs: 15_000 })
  expect(after('start', 'opened').effects).toEqual([{ type: 'hello' }])
  expect(after('start', 'opened', 'lost').effects).toContainEqual({
    type: 'timer',
    name: 'retry',
    delayMs: 500,
  })
  expect(after('start', 'opened', 'welcomed').effects).toContainEqual(
    expect.objectContaining({ type: 'timer', name: 'heartbeat' }),
  )
})

test('attempts are counted until a session has become live', () => {
  const failing: Event[] = ['start', 'lost', 'retry', 'opened', 'welcomed', 'lost']

  expect(after(...failing).session.failures).toBe(2)
  expect(after(...failing, 'retry', 'opened', 'welcomed', 'caughtUp').session.failures).toBe(0)
})

test('after the last attempt the session is refused until it is started again', () => {
  const impatient = { ...settings, reconnect: { ...DEFAULT_RECONNECT, attempts: 2 } }
  let session: Session = NEW_SESSION
  for (const event of ['start', 'lost', 'retry', 'lost'] as const)
    session = step(session, { event }, 0, impatient).session

  expect(session.phase).toBe('refused')
  expect(step(session, { event: 'retry' }, 0, impatient).session.phase).toBe('refused')
  expect(step(session, { event: 'start' }, 0, impatient).session.phase).toBe('connecting')
})

test('polling begins with the third failure in a row and ends with a welcome', () => {
  expect(after('start', 'lost', 'retry', 'lost').effects).not.toContainEqual({ type: 'poll', isOn: true })
  const third = after('start', 'lost', 'retry', 'lost', 'retry', 'lost')

  expect(third.effects).toContainEqual({ type: 'poll', isOn: true })
  const welcome = after('start', 'lost', 'retry', 'lost', 'retry', 'lost', 'retry', 'opened', 'welcomed')
  expect(welcome.effects).toContainEqual({ type: 'poll', isOn: false })
})

test('the wait before an attempt is anywhere below a bound that doubles up to its maximum', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7].map((failures) => {
    const session: Session = { ...NEW_SESSION, phase: 'connecting', failures: failures - 1 }
    const { effects } = step(session, { event: 'lost' }, 0, { ...settings, random: () => 0.999999 })
    const timer = effects.find((effect) => effect.type === 'timer')
    return timer?.type === 'timer' ? Math.round(timer.delayMs / 1_000) : 0
  })

  expect(bounds).toEqual([1, 2, 4, 8, 16, 30, 30])
})

test('a server may say when to come back', () => {
  const { effects } = step(
    after('start', 'opened', 'welcomed').session,
    { event: 'lost', afterMs: 7_000 },
    0,
    settings,
  )

  expect(effects).toContainEqual({ type: 'timer', name: 'retry', delayMs: 7_000 })
})

test('a silent connection is asked twice and then given up, within twice the heartbeat', () => {
  const live = { ...after('start', 'opened', 'welcomed', 'caughtUp').session, heardAt: 0 }

  const first = beat(live, 20_000, settings)
  const second = beat(first.session, 30_000, settings)
  const third = beat(second.session, 40_000, settings)

  expect(first.effects).toContainEqual({ type: 'ping' })
  expect(second.effects).toContainEqual({ type: 'ping' })
  expect(third.session.phase).toBe('waiting')
})

test('a connection on which frames come is not asked', () => {
  const live = { ...after('start', 'opened', 'welcomed', 'caughtUp').session, heardAt: 0 }

  const { session, effects } = beat(heard(live, 15_000), 20_000, settings)

  expect(session.unanswered).toBe(0)
  expect(effects).toEqual([{ type: 'timer', name: 'heartbeat', delayMs: 15_000 }])
})
