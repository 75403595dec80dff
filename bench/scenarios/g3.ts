/** G3: fan-out alone: changes that are already committed, to every socket of a room. */
import type { Program } from '../harness/child.ts'
import { type Contestant, type Goal, runRounds, type ScenarioResult } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { productionId, userName } from '../harness/stage.ts'
import { tokenFor } from '../harness/token.ts'

const ROOMS = [100, 1_000, 5_000]
const BURSTS = [1, 10, 100]
/** By number of sockets: one message to 5,000 takes 30 ms, and a while must hold more than a few. */
const FOR_MS = new Map([[5_000, 600]])
const USUALLY_FOR_MS = 300
/** The server publishes a little before and after the time that counts. */
const AROUND_MS = 120
/** Below the limit of connections that one user may have. */
const USERS = 64
/** Nine tables in some six minutes. */
const PATIENCE_MS = 27_000

/** By size of the burst: against a loop of `ws.send`, and against sockets that get their frames joined. */
const LOOP_BOUNDS = new Map([
  [10, { bound: 5, final: 8 }],
  [100, { bound: null, final: 40 }],
])
const RAW_BOUNDS = new Map([[1, { bound: 0.85, final: 0.9 }]])

export const g3: Scenario = {
  id: 'g3',
  title: 'fan-out to rooms of 100, 1,000 and 5,000 sockets, bursts of 1, 10 and 100',
  async *run(bench: Bench) {
    for (const sockets of ROOMS) {
      const contestants = await openRoom(bench, sockets)
      for (const burst of BURSTS) yield await runBurst(contestants, sockets, burst)
      await bench.end()
    }
  },
}

type ForBurst = (burst: number) => Contestant

async function openRoom(bench: Bench, sockets: number): Promise<ForBurst[]> {
  const generator = await bench.generator()
  const raw = await bench.server('raw-fan-out')
  const port = await raw.ask<number>({ kind: 'port' })
  await generator.ask({ kind: 'subscribe', audience: 'raw', count: sockets, target: { port } })
  const syncline = await bench.server('syncline-server')
  const size = { productions: 1, camerasEach: 10, users: USERS }
  const url = (await bench.database()).url
  const target = {
    port: await syncline.ask<number>({ kind: 'start', url, size, publishes: true }),
    tokens: Array.from({ length: USERS }, (_, n) => tokenFor(userName(n + 1))),
    room: `Production:${productionId(1)}`,
  }
  await generator.ask({ kind: 'subscribe', audience: 'syncline', count: sockets, target })
  const forMs = FOR_MS.get(sockets) ?? USUALLY_FOR_MS
  const fanOut = (name: string, server: Program, request: object, audience: string) =>
    fanOutFor(forMs, { name, server, request, generator, audience })
  return [
    (burst) => fanOut('loop', raw, { mode: 'loop', burst }, 'raw'),
    (burst) => fanOut('joined', raw, { mode: 'joined', burst }, 'raw'),
    (burst) => fanOut('syncline', syncline, { burst }, 'syncline'),
  ]
}

interface FanOut {
  readonly name: string
  readonly server: Program
  readonly request: object
  readonly generator: Program
  readonly audience: string
}

function fanOutFor(forMs: number, { name, server, request, generator, audience }: FanOut): Contestant {
  return {
    name,
    async run() {
      const published = server.ask<number>({ kind: 'publish', ...request, forMs: forMs + 2 * AROUND_MS })
      const counting = generator.ask<Record<string, number>>({ kind: 'count', audience, forMs })
      const [last, figures] = await Promise.all([published, counting])
      const faults = await generator.ask<Record<string, number>>({ kind: 'settle', audience, last })
      const isSound = Object.values(faults).every((fault) => fault === 0)
      return isSound ? figures : { ...figures, rate: 0 }
    },
  }
}

function runBurst(contestants: readonly ForBurst[], sockets: number, burst: number): Promise<ScenarioResult> {
  return runRounds({
    name: `G3 ${sockets} sockets, bursts of ${burst} (deliveries per second)`,
    contestants: contestants.map((forBurst) => forBurst(burst)),
    goals: goalsOf(sockets, burst),
    // The programs are new in the first table of a room: V8 compiles for a second and more what a server does (README).
    warmUps: burst === BURSTS[0] ? 2 : 1,
    // Nothing is written to the disk.
    canary: ['json', 'loopback'],
    patienceMs: PATIENCE_MS,
  })
}

function goalsOf(sockets: number, burst: number): Goal[] {
  const goal = { figure: 'rate', of: 'syncline', kind: 'atLeast' } as const
  const name = `G3 ${sockets} × ${burst}`
  const toLoop = { ...goal, id: `${name}, loop`, to: 'loop', ...LOOP_BOUNDS.get(burst) }
  const toRaw = { ...goal, id: `${name}, raw`, to: 'joined', ...RAW_BOUNDS.get(burst) }
  return [toLoop, toRaw].map((one) => ({ bound: null, final: null, ...one }))
}
