/**
 * G7: first load of 100,000 rows, from a fresh page in Chromium that connects until it answers a query.
 *
 *   syncline   a server that keeps what it has read of the room, as is the default: most loads are answered from memory
 *   anew       one that keeps nothing, so that each load is read from the database, as the reference's is
 */
import { type Chromium, startChromium } from '../harness/chromium.ts'
import { limit } from '../harness/limit.ts'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { userName } from '../harness/stage.ts'
import { tokenFor } from '../harness/token.ts'

const ROWS = 100_000
const SIZE = { productions: 1, camerasEach: ROWS, users: 1 }
const PATIENCE_MS = 15_000

export const g7: Scenario = {
  id: 'g7',
  title: 'first load of 100,000 rows until queryable',
  async *run(bench: Bench) {
    const raw = await bench.server('raw-first-load')
    const rawPort = await raw.ask<number>({ url: (await bench.database()).url, size: SIZE })
    const syncline = await bench.server('syncline-server')
    const port = await syncline.ask<number>({ kind: 'start', url: (await bench.database()).url, size: SIZE })
    const anew = await bench.server('syncline-server')
    const start = { kind: 'start', url: (await bench.database()).url, size: SIZE, keepsLoads: false }
    const anewPort = await anew.ask<number>(start)
    const chromium = await startChromium('first-load')
    try {
      const common = { figure: 'ms', of: 'syncline', kind: 'atMost' } as const
      yield await runRounds({
        name: 'G7 first load of 100,000 rows by a fresh page (ms)',
        contestants: [
          loading(chromium, 'reference', rawPort),
          loading(chromium, 'syncline', port),
          loading(chromium, 'anew', anewPort),
          limit({ ms: 400 }),
        ],
        goals: [
          { id: 'G7 cold', to: 'limit', bound: 1, final: 0.625, ...common },
          { id: 'G7 cold, COPY', to: 'reference', bound: null, final: null, ...common },
          { id: 'G7 read anew, COPY', to: 'reference', bound: null, final: null, ...common, of: 'anew' },
        ],
        canary: ['json', 'loopback'],
        patienceMs: PATIENCE_MS,
      })
    } finally {
      await chromium.end()
    }
  },
}

function loading(chromium: Chromium, contestant: string, port: number): Contestant {
  const request = { contestant, port, token: tokenFor(userName(1)), rows: ROWS }
  return {
    name: contestant,
    async run() {
      const page = await chromium.open()
      const ms = await page.ask<number>(request)
      await page.close()
      return { ms }
    },
  }
}
