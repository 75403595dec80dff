import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Database } from '../database.ts'
import { startMaintenance } from './maintenance.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('places that nobody uses are looked for while a server runs', async () => {
  const asked: string[] = []
  const query = async (text: string) => {
    asked.push(text)
    return text.includes('to_regclass') ? [{ exists: true }] : [{ floor: '0', xmin: '0' }]
  }
  const database = { query, transaction: (work: (connection: unknown) => unknown) => work({ query }) }
  const maintenance = startMaintenance(database as unknown as Database, {}, () => {})

  await vi.advanceTimersByTimeAsync(600_000)

  expect(asked.some((text) => text.includes('from syncline.positions'))).toBe(true)
  await maintenance.close()
})
