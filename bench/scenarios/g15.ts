/**
 * G15: markers: how much of a database's writes is left with them; subscribing to, and fan-out over `/cable` against
 * Rails' Action Cable.
 *
 * Both servers get their clients from one generator; a contestant of which a client gets a marker too few or too many
 * scores nothing.
 */
import type { Program } from '../harness/child.ts'
import { tablesOf } from '../harness/accounts.ts'
import type { Writers } from '../harness/pgbench.ts'
import { hasRailsCable } from '../harness/rails.ts'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'

const SOCKETS = 200
/** So many that either runs for tenths of a second. */
const MESSAGES = { rails: 20, syncline: 1_000 }
const ACCOUNTS = 100
/** Pages that open at a time, each with what it shows: 1,000 subscriptions. */
const PAGES = { count: 50, channels: 20 }
const RUN_MS = 2_000
const PATIENCE_MS = 40_000
/** An application that creates records one after another, each committed, as the reference's bound has it. */
const CREATES = `\\set account random(1, ${ACCOUNTS})
insert into notes (account_id, body) values (:account, 'Note');
`
const UPDATES = `\\set note random(1, ${ACCOUNTS})
\\set body random(1, 1000000)
update notes set body = 'Note ' || :body where id = :note;
`

export const g15: Scenario = {
  id: 'g15',
  title: 'markers: writes that are marked; subscriptions and fan-out over /cable against Rails’ Action Cable',
  async *run(bench: Bench) {
    if (hasRailsCable()) yield* cable(bench)
    else
      console.log('Rails’ Action Cable is not installed (apt-get install ruby-actioncable puma): left out.')
    await bench.end()
    yield* writes(bench)
  },
}

async function* writes(bench: Bench) {
  const bare = await bench.database()
  await bare.query(tablesOf(ACCOUNTS))
  const { url } = await bench.database()
  const server = await bench.server('syncline-cable')
  const port = await server.ask<number>({ kind: 'start', url, accounts: ACCOUNTS })
  const clients = await bench.generator('cable-clients')
  await clients.ask({ kind: 'subscribe', port, count: 1, channels: ACCOUNTS })
  const heard = () => clients.ask<number>({ kind: 'heard', port })
  const contestants = (on: { bare: Writers; marked: Writers }): Contestant[] => [
    { name: 'bare', run: async () => ({ rate: await on.bare.rate(RUN_MS) }) },
    {
      name: 'marked',
      async run() {
        const before = await heard()
        const rate = await on.marked.rate(RUN_MS)
        const markers = (await heard()) - before
        return { rate: markers === 0 ? 0 : rate, markers: (markers / RUN_MS) * 1_000 }
      },
    },
  ]
  const measure = async (name: string, id: string, clients: number, script: string, final: number | null) => {
    await bench.dismiss()
    const writers = (to: string) => bench.writers({ url: to, clients, script })
    return runRounds({
      name,
      contestants: contestants({ bare: await writers(bare.url), marked: await writers(url) }),
      goals: [{ id, figure: 'rate', of: 'marked', to: 'bare', kind: 'atLeast', bound: null, final }],
      patienceMs: PATIENCE_MS,
    })
  }
  yield await measure('G15 creates by one writer, each marked (per second)', 'G15 writes', 1, CREATES, 0.6)
  yield await measure('G15 updates by 8 clients, each marked (per second)', 'G15 8 clients', 8, UPDATES, null)
}

async function* cable(bench: Bench) {
  const clients = await bench.generator('cable-clients')
  const rails = await bench.server('rails-cable')
  const syncline = await bench.server('syncline-cable')
  const { url } = await bench.database()
  const servers: Server[] = [
    { name: 'rails', program: rails, port: await rails.ask({ kind: 'start' }) },
    {
      name: 'syncline',
      program: syncline,
      port: await syncline.ask({ kind: 'start', url, accounts: ACCOUNTS }),
    },
  ]
  yield await setUp(servers, clients)
  yield await fanOut(servers, clients)
}

interface Server {
  readonly name: keyof typeof MESSAGES
  readonly program: Program
  readonly port: number
}

function setUp(servers: readonly Server[], clients: Program) {
  return runRounds({
    name: `G15 ${PAGES.count * PAGES.channels} subscriptions of ${PAGES.count} sockets over /cable (ms until the last is confirmed)`,
    contestants: servers.map(({ name, port }) => ({
      name,
      run: () => clients.ask<Record<string, number>>({ kind: 'setUp', port, ...PAGES }),
    })),
    goals: [
      {
        id: 'G15 set-up',
        figure: 'setUpMs',
        of: 'syncline',
        to: 'rails',
        kind: 'atMost',
        bound: null,
        final: null,
      },
    ],
    canary: ['json', 'loopback'],
    patienceMs: PATIENCE_MS,
  })
}

async function fanOut(servers: readonly Server[], clients: Program) {
  const contestants: Contestant[] = []
  for (const server of servers) contestants.push(await audience(server, clients))
  return runRounds({
    name: `G15 /cable with ${SOCKETS} sockets (deliveries per second)`,
    contestants,
    goals: [
      {
        id: 'G15 fan-out',
        figure: 'rate',
        of: 'syncline',
        to: 'rails',
        kind: 'atLeast',
        bound: null,
        final: 20,
      },
    ],
    // Nothing is written to the disk.
    canary: ['json', 'loopback'],
    patienceMs: PATIENCE_MS,
  })
}

async function audience({ name, program, port }: Server, clients: Program): Promise<Contestant> {
  await clients.ask({ kind: 'subscribe', port, count: SOCKETS, channels: 1 })
  const messages = MESSAGES[name]
  return {
    name,
    async run() {
      const [counted] = await Promise.all([
        clients.ask<Record<string, number>>({ kind: 'count', port, messages }),
        program.ask({ kind: 'publish', count: messages }),
      ])
      return counted
    },
  }
}
