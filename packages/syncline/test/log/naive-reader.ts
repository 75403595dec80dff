/** The control: the obvious reader, which asks for `seq > last` and loses what commits out of order. */
import type { TestDatabase } from '../../src/testing/test-database.ts'

export interface NaiveReader {
  /** Reads once more, stops, and returns the numbers of the changes it has seen. */
  stop(): Promise<Set<number>>
}

export async function startNaiveReader(database: TestDatabase): Promise<NaiveReader> {
  const client = await database.connect()
  const seen = new Set<number>()
  let last = '0'
  let isRunning = true
  const read = async () => {
    const { rows } = await client.query(
      "select seq, fields ->> 'touch' as touch from syncline.log where seq > $1 order by seq",
      [last],
    )
    for (const row of rows) seen.add(Number(row.touch))
    last = rows.at(-1)?.seq ?? last
  }
  const running = (async () => {
    while (isRunning) {
      await read()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    async stop() {
      isRunning = false
      await running
      await read()
      return seen
    },
  }
}
