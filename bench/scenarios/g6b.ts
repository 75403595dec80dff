/**
 * G6b: what capture costs programs that write past Syncline: pgbench updates a captured table and the same one bare.
 *
 * `captured` has the triggers and nobody who follows the log; `followed` has a running server as well, which takes
 * its share of the machine.
 */
import pg from 'pg'
import { migrate, postgres } from 'syncline/server'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { access, schema, tablesOf } from '../harness/stage.ts'

const RUN_MS = 2_000
/** The seven rounds take longer: disturbed ones are not made up for. */
const PATIENCE_MS = 60_000
const SIZE = { productions: 100, camerasEach: 100, users: 2 }
const SCRIPT = `\\set camera random(1, ${SIZE.productions * SIZE.camerasEach})
\\set name random(1, 1000000)
update cameras set name = 'Camera ' || :name where id = 'camera-' || :camera;
`

export const g6b: Scenario = {
  id: 'g6b',
  title: 'what capture costs other writers: pgbench UPDATE of one row',
  async *run(bench: Bench) {
    const bare = await bench.database()
    await bare.query(tablesOf(SIZE))
    const captured = await bench.database()
    await captured.query(tablesOf(SIZE))
    const database = postgres(captured.url)
    await migrate({ schema, access, database })
    await database.close()
    const followed = await bench.database()
    const server = await bench.server('syncline-server')
    await server.ask({ kind: 'start', url: followed.url, size: SIZE })

    const contestant = async (name: string, url: string, clients: number): Promise<Contestant> => {
      const writers = await bench.writers({ url, clients, script: SCRIPT })
      const run = async () => ({ rate: await writers.rate(RUN_MS), firstMs: await firstWriteMs(url) })
      return { name, run }
    }
    const goal = { figure: 'rate', to: 'bare', kind: 'atLeast' } as const
    yield await runRounds({
      name: 'G6b updates by 8 clients (per second)',
      contestants: [
        await contestant('bare', bare.url, 8),
        await contestant('captured', captured.url, 8),
        await contestant('followed', followed.url, 8),
      ],
      goals: [
        { id: 'G6b 8 clients', of: 'captured', ...goal, bound: 0.55, final: 0.65 },
        { id: 'G6b 8 clients, followed', of: 'followed', ...goal, bound: null, final: null },
        {
          id: 'G6b first write of a session',
          figure: 'firstMs',
          of: 'captured',
          to: 'bare',
          kind: 'atMost',
          bound: null,
          final: null,
        },
      ],
      patienceMs: PATIENCE_MS,
    })
    await bench.dismiss()
    yield await runRounds({
      name: 'G6b updates by 32 clients (per second)',
      contestants: [await contestant('bare', bare.url, 32), await contestant('captured', captured.url, 32)],
      goals: [{ id: 'G6b 32 clients', of: 'captured', ...goal, bound: null, final: 0.5 }],
      patienceMs: PATIENCE_MS,
    })
  },
}

/** Time of the first write of a session that has just been opened, in ms. */
async function firstWriteMs(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const start = performance.now()
    await client.query("update cameras set name = 'Camera ' || $1 where id = 'camera-1'", [Math.random()])
    return performance.now() - start
  } finally {
    await client.end()
  }
}
