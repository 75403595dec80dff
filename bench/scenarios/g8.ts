/** G8: a device that was away catches up 10,000 changes of 10,000 records. */
import { runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { userName } from '../harness/stage.ts'
import { tokenFor } from '../harness/token.ts'

const CHANGES = 10_000
const PER_TRANSACTION = 100
const SIZE = { productions: 1, camerasEach: CHANGES, users: 1 }
const NAME = 'Renamed'

export const g8: Scenario = {
  id: 'g8',
  title: 'catching up 10,000 missed changes',
  async *run(bench: Bench) {
    const clients = await bench.generator('clients')
    const raw = await bench.server('raw-catch-up')
    const rawPort = await raw.ask<number>({ url: (await bench.database()).url })
    const database = await bench.database()
    const syncline = await bench.server('syncline-server')
    const port = await syncline.ask<number>({ kind: 'start', url: database.url, size: SIZE })
    const target = { port, token: tokenFor(userName(1)) }
    await clients.ask({ kind: 'remember', target })
    for (let done = 0; done < CHANGES; done += PER_TRANSACTION)
      await database.query(
        `update cameras set name = '${NAME}'
         where id in (select 'camera-' || n from generate_series(${done + 1}, ${done + PER_TRANSACTION}) n)`,
      )
    const ask = (request: object) => clients.ask<Record<string, number>>(request)
    yield await runRounds({
      name: 'G8 10,000 missed changes, from the connection until they are in the rows (ms)',
      contestants: [
        { name: 'reference', run: () => ask({ kind: 'raw-catch-up', port: rawPort }) },
        { name: 'syncline', run: () => ask({ kind: 'catch-up', target, name: NAME }) },
      ],
      goals: [
        { id: 'G8', figure: 'ms', of: 'syncline', to: 'reference', kind: 'atMost', bound: 2, final: 1.5 },
      ],
      canary: ['json', 'loopback'],
      patienceMs: 10_000,
    })
  },
}
