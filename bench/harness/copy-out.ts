/** `COPY … TO STDOUT` over `pg`, which speaks the messages and has no method for it. */
import type pg from 'pg'

/** Lines that are handed on together: some 60 KiB of cameras, which Chromium takes best. */
const LINES = 1_100

/** Runs the statement and hands its lines on in bundles; resolves when all were. */
export function copyOut(
  client: pg.Client,
  statement: string,
  take: (lines: readonly string[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let lines: string[] = []
    const hand = () => {
      if (lines.length > 0) take(lines)
      lines = []
    }
    // What `pg` calls on a query that it was given as an object.
    const query = {
      submit: (connection: { query(text: string): void }) => connection.query(statement),
      handleCopyData({ chunk }: { chunk: Buffer }) {
        lines.push(chunk.toString('utf8', 0, chunk.length - 1))
        if (lines.length === LINES) hand()
      },
      handleCommandComplete: hand,
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    }
    client.query(query as unknown as pg.Submittable)
  })
}
