/** `rows` messages: a first load in chunks, the last of which carries the cursor. */
import type { SnapshotTable } from '../../postgres/log/snapshot.ts'
import { Frame } from './frame.ts'

/** Builds the chunks of all models; exactly one, the last, has `more: false` and the cursor. */
export function rowsFrames(channel: string, tables: readonly SnapshotTable[], cursor: string): Frame[] {
  const chunks = tables.flatMap(({ model, columns, chunks }) =>
    chunks.map((rows) => ({ model, columns, rows })),
  )
  if (chunks.length === 0) chunks.push(emptyChunk(tables[0]))
  return chunks.map(({ model, columns, rows }, index) => {
    const end = index === chunks.length - 1 ? `"more":false,"cursor":"${cursor}"` : '"more":true'
    return new Frame(
      `{"type":"rows","channel":${JSON.stringify(channel)},"model":${JSON.stringify(model)}` +
        `,"columns":${JSON.stringify(columns)},"rows":[${rows}],${end}}`,
    )
  })
}

/** An empty channel still says which columns it would have; a user's own channel has no model. */
function emptyChunk(table: SnapshotTable | undefined) {
  const { model, columns } = table ?? { model: 'user', columns: ['id', 'version', 'fieldVersions'] }
  return { model, columns, rows: '' }
}
