/** G13: from the start of the server's process until a first client holds 1,000 rows. */
import { createClient } from 'syncline/client'
import { migrate, postgres } from 'syncline/server'
import { startProgram } from '../harness/child.ts'
import { SERVER_CORE } from '../harness/cores.ts'
import { type Contestant, runRounds } from '../harness/rounds.ts'
import type { Bench, Scenario } from '../harness/scenario.ts'
import { access, schema, tablesOf, userName } from '../harness/stage.ts'
import { tokenFor } from '../harness/token.ts'

const ROWS = 1_000
const SIZE = { productions: 1, camerasEach: ROWS, users: 1 }

export const g13: Scenario = {
  id: 'g13',
  title: 'server start until the first client holds 1,000 rows',
  async *run(bench: Bench) {
    const { url, query } = await bench.database()
    await query(tablesOf(SIZE))
    const database = postgres(url)
    await migrate({ schema, access, database })
    await database.close()
    yield await runRounds({
      name: 'G13 start (ms)',
      contestants: [
        starting('reference', 'starting-imports', {}, () => Promise.resolve()),
        starting('syncline', 'starting-server', { DATABASE_URL: url }, holdRows),
      ],
      goals: [
        { id: 'G13', figure: 'ms', of: 'syncline', to: 'reference', kind: 'atMost', bound: 2.5, final: 1.8 },
      ],
      canary: ['json', 'loopback'],
      patienceMs: 12_000,
    })
  },
}

function starting(
  name: string,
  program: string,
  environment: Record<string, string>,
  until: (port: number) => Promise<void>,
): Contestant {
  return {
    name,
    async run() {
      const start = performance.now()
      const server = await startProgram(program, { core: SERVER_CORE, environment })
      await until(await server.ask<number>({}))
      const ms = performance.now() - start
      await server.stop()
      return { ms }
    },
  }
}

async function holdRows(port: number): Promise<void> {
  const url = `ws://127.0.0.1:${port}/sync`
  const client = createClient({ schema, url, token: tokenFor(userName(1)) })
  await client.join('production', 'production-1').whenLive()
  const { length } = client.query.camera.current
  client.close()
  if (length !== ROWS) throw new Error(`The client holds ${length} of ${ROWS} rows.`)
}
