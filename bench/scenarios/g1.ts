/** G1: one writer, one reader, one op at a time: from the push on device A to the change on device B. */
import { productionId, cameraId, userName } from '../harness/stage.ts'
import { runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { tokenFor } from '../harness/token.ts'

const FOR_MS = 1_500

/** So few writes a second that a process compiles what they do for some ten seconds, on the core that it serves them with. */
const WARM_UPS = 4

export const g1: Scenario = {
  id: 'g1',
  title: 'a durable write on device A is applied on device B, one writer',
  async *run(bench: Bench) {
    const generator = await bench.generator()
    const raw = await bench.server('raw-latency')
    const rawPort = await raw.ask<number>({ url: (await bench.database()).url })
    const syncline = await bench.server('syncline-server')
    const size = { productions: 100, camerasEach: 100, users: 2 }
    const port = await syncline.ask<number>({ kind: 'start', url: (await bench.database()).url, size })
    const target = {
      port,
      tokens: [tokenFor(userName(1)), tokenFor(userName(2))],
      room: `Production:${productionId(1)}`,
    }
    const ask = (request: object) => generator.ask<Record<string, number>>({ ...request, forMs: FOR_MS })
    const goal = { of: 'syncline', to: 'reference', kind: 'atMost', bound: 2, final: 1.5 } as const
    yield await runRounds({
      name: 'G1 one write at a time (ms)',
      warmUps: WARM_UPS,
      contestants: [
        { name: 'reference', run: () => ask({ kind: 'raw-latency', port: rawPort }) },
        { name: 'syncline', run: () => ask({ kind: 'latency', target, record: cameraId(1) }) },
      ],
      goals: [
        { id: 'G1 p50', figure: 'p50', ...goal },
        { id: 'G1 p99', figure: 'p99', ...goal },
      ],
    })
  },
}
