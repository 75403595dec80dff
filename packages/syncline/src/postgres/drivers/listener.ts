/**
 * A connection that only listens, and comes back by itself.
 *
 * What is notified while the connection is down is lost, so every (re)connect counts as a wake-up. A connection that
 * went silent (a proxy that forgot it) is found by a query that is not answered.
 */
import type { Listener } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
import { endClient, type PipelinedClient } from './pg-connection.ts'

const SHORTEST_RETRY_MS = 50
const LONGEST_RETRY_MS = 5_000
/** 20 s: under the 30 s after which common proxies drop an idle connection. */
const PROBE_EVERY_MS = 20_000
const PROBE_ANSWER_MS = 5_000

/** Longest pause before the n-th attempt is doubled each time; the pause itself is random, so that servers do not return as one. */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_RETRY_MS, SHORTEST_RETRY_MS * 2 ** Math.min(attempt, 10))
}

/** Listens on `channel`; rejects only if the first connection cannot be made. */
export async function keepListening(
  connect: () => Promise<PipelinedClient>,
  channel: string,
  onWake: (sender?: number) => void,
): Promise<Listener> {
  let client: PipelinedClient | undefined
  let isClosed = false
  let retry: NodeJS.Timeout | undefined

  const open = async () => {
    const opened = await connect()
    opened.on('notification', ({ processId }) => onWake(processId))
    try {
      await opened.query(`listen ${quoteIdentifier(channel)}`)
    } catch (error) {
      await opened.end().catch(() => {})
      throw error
    }
    client = opened
    const stopProbing = probe(opened)
    void opened.gone.then(() => {
      stopProbing()
      again(0)
    })
    if (isClosed) await opened.end()
  }
  const again = (attempt: number) => {
    if (isClosed) return
    retry = setTimeout(
      () =>
        void open().then(
          () => onWake(),
          () => again(attempt + 1),
        ),
      retryDelayMs(attempt),
    )
  }

  await open()
  return {
    async close() {
      isClosed = true
      clearTimeout(retry)
      if (client) await endClient(client)
    },
  }
}

/** Ends a connection that no longer answers; returns how to stop looking. */
function probe(client: PipelinedClient): () => void {
  const timer = setInterval(() => {
    const silent = setTimeout(() => client.connection.stream.destroy(), PROBE_ANSWER_MS)
    client
      .query('select 1')
      .catch(() => {})
      .finally(() => clearTimeout(silent))
  }, PROBE_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
