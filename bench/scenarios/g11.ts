/** G11: IndexedDB in Chromium: 100,000 rows are stored, and a fresh page answers its first live query from them. */
import { type Chromium, startChromium } from '../harness/chromium.ts'
import { limit } from '../harness/limit.ts'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Scenario } from '../harness/scenario.ts'

const PATIENCE_MS = 15_000

export const g11: Scenario = {
  id: 'g11',
  title: 'IndexedDB: 100,000 rows stored, and opened by a fresh page',
  async *run() {
    const chromium = await startChromium('storage')
    try {
      const common = { of: 'syncline', kind: 'atMost' } as const
      yield await runRounds({
        name: 'G11 100,000 rows in IndexedDB (ms)',
        contestants: [
          stored(chromium, 'reference'),
          stored(chromium, 'syncline'),
          limit({ persistMs: 400, openMs: 200 }),
        ],
        goals: [
          { id: 'G11 persist', figure: 'persistMs', to: 'limit', bound: 1, final: 0.625, ...common },
          { id: 'G11 cold open', figure: 'openMs', to: 'limit', bound: 1, final: 0.75, ...common },
          {
            id: 'G11 persist, packed',
            figure: 'persistMs',
            to: 'reference',
            bound: null,
            final: null,
            ...common,
          },
          { id: 'G11 open, packed', figure: 'openMs', to: 'reference', bound: null, final: null, ...common },
        ],
        patienceMs: PATIENCE_MS,
      })
    } finally {
      await chromium.end()
    }
  },
}

/** Each run stores in one page, opens in another, and clears up. */
function stored(chromium: Chromium, contestant: string): Contestant {
  let run = 0
  const writer = chromium.open()
  return {
    name: contestant,
    async run() {
      run += 1
      const name = `${contestant}-${run}`
      const persistMs = await (await writer).ask<number>({ contestant, step: 'persist', name })
      const page = await chromium.open()
      const openMs = await page.ask<number>({ contestant, step: 'open', name })
      await page.close()
      await (await writer).ask({ contestant, step: 'remove', name })
      return { persistMs, openMs }
    },
  }
}
