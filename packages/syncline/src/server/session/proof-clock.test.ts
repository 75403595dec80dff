import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLogger } from '../logger.ts'
import { ProofClock } from './proof-clock.ts'
import { ReportingWatch } from './proof-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const watches: ReportingWatch[] = []
  const clock = new ProofClock({ expiryGraceMs: 1_000 }, silentLogger, () => watches)
  const ended: string[] = []
  const begin = (name: string, expiresAtMs: number | undefined, onExpired = () => void ended.push(name)) => {
    const watch = new ReportingWatch(clock, { onExpired, onEnded() {}, onChanged() {} })
    watches.push(watch)
    watch.watch({ user: { id: name }, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) })
  }
  return { clock, ended, begin }
}

test('A2: each proof ends after its time and the grace, one timer for all', () => {
  const { clock, ended, begin } = start()
  begin('late', Date.now() + 5_000)
  begin('soon', Date.now() + 2_000)
  begin('never', undefined)

  vi.advanceTimersByTime(2_900)
  const before = [...ended]
  vi.advanceTimersByTime(700)
  const soon = [...ended]
  vi.advanceTimersByTime(3_000)

  expect(before).toEqual([])
  expect(soon).toEqual(['soon'])
  expect([...new Set(ended)]).toEqual(['soon', 'late'])
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
  clock.close()
})

test('A2: a time that is no number has passed', () => {
  const { clock, ended, begin } = start()
  begin('broken', NaN)

  vi.advanceTimersByTime(1_000)

  expect(ended[0]).toBe('broken')
  clock.close()
})

test('A2: a proof whose end fails keeps no other from its own', () => {
  const { clock, ended, begin } = start()
  begin('fails', Date.now() + 1_000, () => {
    throw new Error('no')
  })
  begin('next', Date.now() + 1_000)

  vi.advanceTimersByTime(3_000)

  expect(ended[0]).toBe('next')
  clock.close()
})

test('A2: a proof that was over before the server began ends at once', () => {
  const { clock, ended, begin } = start()
  begin('stale', Date.now() - 3_600_000)

  vi.advanceTimersByTime(1_000)

  expect(ended[0]).toBe('stale')
  clock.close()
})

test('A2: a proof is good to the end of its time, and for no second longer than that and the grace', () => {
  const { clock, ended, begin } = start()
  const monthMs = 31 * 86_400_000
  begin('month', Date.now() + monthMs + 12)

  vi.advanceTimersByTime(monthMs + 1_011)
  const before = [...ended]
  vi.advanceTimersByTime(1_000)

  expect(before).toEqual([])
  expect(ended).toContain('month')
  clock.close()
})
