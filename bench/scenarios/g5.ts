/** G5: what a connection that is in a room, live and idle, costs in memory. */
import { type Program, startProgram } from '../harness/child.ts'
import { SERVER_CORE } from '../harness/cores.ts'
import type { Memory } from '../harness/memory.ts'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { productionId, userName } from '../harness/stage.ts'
import { tokenFor } from '../harness/token.ts'

/** So many that what a busy process keeps, about 1 MB, is little beside them. */
const SOCKETS = 6_000
/** Opened before: they pay for what is compiled and pooled for all. */
const FIRST = 3_000
/** So many that none has more connections than one user may. */
const USERS = 96
const SIZE = { productions: 1, camerasEach: 10, users: USERS }
/** What a connection needs while it opens is gone after this: an idle one gives it up within a second. */
const SETTLE_MS = 1_500
/**
 * What V8's optimising compiler makes, and the memory in which it works, comes at some time while connections are
 * opened: 1 to 3 MB, however many they are.
 */
const FLAGS = ['--no-opt']

export const g5: Scenario = {
  id: 'g5',
  title: 'memory per idle connection in a room',
  async *run(bench: Bench) {
    // Two, because each names its devices from the first.
    const generators = [await bench.generator(), await bench.generator()] as const
    const tokens = Array.from({ length: USERS }, (_, n) => tokenFor(userName(n + 1)))
    const room = `Production:${productionId(1)}`
    const bare = async (server: Program) => ({ port: await server.ask<number>({ kind: 'port' }) })
    const inRoom = async (server: Program) => {
      const { url } = await bench.database()
      const port = await server.ask<number>({ kind: 'start', url, size: SIZE })
      return { port, tokens, room }
    }
    const common = { of: 'syncline', to: 'reference', kind: 'atMost' } as const
    yield await runRounds({
      name: `G5 ${SOCKETS} idle connections in a room (bytes each)`,
      contestants: [
        holding('reference', 'raw-sockets', bare, generators),
        holding('syncline', 'syncline-server', inRoom, generators),
      ],
      goals: [
        { id: 'G5', figure: 'resident', bound: 1.3, final: 1.15, ...common },
        { id: 'G5 objects', figure: 'held', bound: null, final: null, ...common },
      ],
      // Memory does not depend on how fast the machine is.
      canary: [],
      rounds: 3,
    })
  },
}

/** Each run has a process of its own: memory that was used before would hide what is used now. */
function holding(
  name: string,
  program: string,
  targetOf: (server: Program) => Promise<object>,
  [first, second]: readonly [Program, Program],
): Contestant {
  return {
    name,
    async run() {
      const server = await startProgram(program, { core: SERVER_CORE, flags: FLAGS })
      const target = await targetOf(server)
      await first.ask({ kind: 'subscribe', audience: name, count: FIRST, target })
      const before = await settled(server)
      await second.ask({ kind: 'subscribe', audience: name, count: SOCKETS, target })
      const after = await settled(server)
      await Promise.all([first, second].map((generator) => generator.ask({ kind: 'unsubscribe' })))
      await server.stop()
      return {
        held: (after.held - before.held) / SOCKETS,
        resident: (after.resident - before.resident) / SOCKETS,
      }
    },
  }
}

async function settled(server: Program): Promise<Memory> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return server.ask({ kind: 'memory' })
}
