/** G6: durable writes per second on the full path: many devices, each pushing again as soon as it is acknowledged. */
import { cameraId, productionId, userName } from '../harness/stage.ts'
import { runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { tokenFor } from '../harness/token.ts'

const FOR_MS = 2_000
const DEVICES = 32
const OPS_PER_PUSH = 50
const SIZE = { productions: 100, camerasEach: 100, users: DEVICES }

export const g6: Scenario = {
  id: 'g6',
  title: `durable writes, full path: ${DEVICES} devices, ${OPS_PER_PUSH} ops a push, 10,000 records`,
  async *run(bench: Bench) {
    const generator = await bench.generator()
    const raw = await bench.server('raw-writes')
    const { url } = await bench.database()
    const syncline = await bench.server('syncline-server')
    const port = await syncline.ask<number>({ kind: 'start', url: (await bench.database()).url, size: SIZE })
    const tokens = Array.from({ length: DEVICES }, (_, n) => tokenFor(userName(n + 1)))
    const records = Array.from({ length: SIZE.productions * SIZE.camerasEach }, (_, n) => cameraId(n + 1))
    const target = { port, tokens, room: `Production:${productionId(1)}` }
    yield await runRounds({
      name: 'G6 durable writes (per second)',
      warmUps: 2,
      contestants: [
        ...(['logged', 'bare'] as const).map((kind) => ({
          name: kind === 'logged' ? 'reference' : kind,
          run: async () => ({ rate: await raw.ask<number>({ url, kind, forMs: FOR_MS }) }),
        })),
        {
          name: 'syncline',
          run: () =>
            generator.ask({ kind: 'writes', target, records, opsPerPush: OPS_PER_PUSH, forMs: FOR_MS }),
        },
      ],
      goals: [
        {
          id: 'G6',
          figure: 'rate',
          of: 'syncline',
          to: 'reference',
          kind: 'atLeast',
          bound: 0.4,
          final: 0.6,
        },
        {
          id: 'G6, to the row alone',
          figure: 'rate',
          of: 'syncline',
          to: 'bare',
          kind: 'atLeast',
          bound: null,
          final: null,
        },
      ],
    })
  },
}
