import { expect, test, vi } from 'vitest'
import type { Health } from '../../server/core.ts'
import { createHealthProbe } from './health-probe.ts'

const database = { kind: 'postgres' } as never
const healthy: Health = {
  status: 'healthy',
  database: { connected: true, latencyMs: 1, kind: 'postgres' },
  lagMs: 0,
  connections: 0,
  rooms: 0,
}

test('a thousand questions at once are one question to the database', async () => {
  let asked = 0
  let nowMs = 0
  const probe = createHealthProbe({ database, health: async () => (asked++, healthy) }, () => nowMs)

  await Promise.all(Array.from({ length: 1_000 }, probe))
  nowMs = 250
  await probe()

  expect(asked).toBe(2)
})

test('a database that says nothing, or fails, is not healthy', async () => {
  vi.useFakeTimers()
  const silent = createHealthProbe({ database, health: () => new Promise(() => {}) })()
  const failing = createHealthProbe({ database, health: () => Promise.reject(new Error('gone')) })()

  await vi.advanceTimersByTimeAsync(3_000)
  vi.useRealTimers()

  expect((await silent).status).toBe('unhealthy')
  expect((await failing).database.connected).toBe(false)
})
