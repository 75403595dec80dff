/** `rows` messages: a first load in chunks, the last of which carries the cursor. */
import type { SnapshotPiece, SnapshotTable } from '../../postgres/log/snapshot.ts'
import { Frame } from './frame.ts'

/** Builds the chunks of all models; exactly one, the last, has `more: false` and the cursor. */
export function rowsFrames(channel: string, tables: readonly SnapshotTable[], cursor: string): Frame[] {
  const pieces = tables.flatMap(({ model, columns, chunks }) =>
    chunks.map((rows) => ({ model, columns, rows })),
  )
  const last = pieces.pop() ?? emptyPiece(tables[0])
  return [...pieces.map((piece) => rowsFrame(channel, piece)), rowsFrame(channel, last, cursor)]
}

/** One chunk; the last one with the cursor. */
export function rowsFrame(channel: string, { model, columns, rows }: SnapshotPiece, cursor?: string): Frame {
  const end = cursor === undefined ? '"more":true' : `"more":false,"cursor":"${cursor}"`
  return new Frame(
    `{"type":"rows","channel":${JSON.stringify(channel)},"model":${JSON.stringify(model)}` +
      `,"columns":${JSON.stringify(columns)},"rows":[${rows}],${end}}`,
  )
}

/** An empty channel still says which columns it would have; a user's own channel has no model. */
export function emptyPiece(table: SnapshotTable | undefined): SnapshotPiece {
  const { model, columns } = table ?? { model: 'user', columns: ['id', 'version', 'fieldVersions'] }
  return { model, columns, rows: '' }
}
