/** What most files of tests begin with: a database of their own, the example's server on it, and a browser. */
import type { Browser } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, inject } from 'vitest'
import { openBrowser } from './browser.ts'
import { type StageProcess, startStage } from './stage-process.ts'

export interface RunningStage {
  readonly database: TestDatabase
  readonly stage: StageProcess
  readonly browser: Browser
}

/** Starts them before the tests of the file that calls it, and ends them after; there is nothing in it sooner. */
export function runStage(): RunningStage {
  const running: { -readonly [K in keyof RunningStage]?: RunningStage[K] } = {}
  beforeAll(async () => {
    const database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
    running.database = database
    ;[running.stage, running.browser] = await Promise.all([startStage(database.url), openBrowser()])
  })
  afterAll(async () => {
    await running.browser?.close()
    await running.stage?.remove()
    await running.database?.drop()
  })
  return running as RunningStage
}
