/** G10: a live query over 100,000 rows on the device, one row changes, in Chromium. */
import { startChromium } from '../harness/chromium.ts'
import { limit } from '../harness/limit.ts'
import { runRounds } from '../harness/rounds.ts'
import type { Scenario } from '../harness/scenario.ts'

/** Rows on the screen, and changes of a run. */
const WINDOW = { shown: 100, changes: 2_000 }
const ALL = { shown: 100_000, changes: 60 }
const PATIENCE_MS = 8_000

export const g10: Scenario = {
  id: 'g10',
  title: 'live query over 100,000 local rows, one row changes',
  async *run() {
    const chromium = await startChromium('live-query')
    try {
      const page = await chromium.open()
      const contestants = (size: typeof WINDOW) =>
        (['reference', 'syncline'] as const).map((contestant) => ({
          name: contestant,
          run: () => page.ask<Record<string, number>>({ contestant, ...size }),
        }))
      const common = { of: 'syncline', kind: 'atMost' } as const
      const rounds = { canary: ['json'], patienceMs: PATIENCE_MS } as const
      yield await runRounds({
        name: 'G10 the first 100 of 100,000, sorted (µs)',
        contestants: [...contestants(WINDOW), limit({ p50: 20, p99: 100 })],
        goals: [
          { id: 'G10 p50', figure: 'p50', to: 'limit', bound: 1, final: 0.5, ...common },
          { id: 'G10 p99', figure: 'p99', to: 'limit', bound: 1, final: 0.5, ...common },
          { id: 'G10 p50, by hand', figure: 'p50', to: 'reference', bound: null, final: null, ...common },
          { id: 'G10 p99, by hand', figure: 'p99', to: 'reference', bound: null, final: null, ...common },
        ],
        ...rounds,
      })
      yield await runRounds({
        name: 'G10 all 100,000, sorted and read whole (µs; opening in ms)',
        contestants: [...contestants(ALL), limit({ openMs: 150 })],
        goals: [
          { id: 'G10 opening', figure: 'openMs', to: 'limit', bound: null, final: 1, ...common },
          { id: 'G10 all p50, by hand', figure: 'p50', to: 'reference', bound: null, final: null, ...common },
        ],
        ...rounds,
      })
    } finally {
      await chromium.end()
    }
  },
}
