/** `rows` messages: a first load in chunks, the last of which carries the cursor. */
import { Frame } from './frame.ts'
import { splitBySize } from './split-by-size.ts'

/** The rows of one model, each as the JSON text of its array of values. */
export interface ModelRows {
  readonly model: string
  /** `id`, `version`, `fieldVersions`, then the fields. */
  readonly columns: readonly string[]
  readonly rows: readonly string[]
}

const CHUNK_CHARACTERS = 262_144

/** Builds the chunks of all models; exactly one, the last, has `more: false` and the cursor. */
export function rowsFrames(channel: string, models: readonly ModelRows[], cursor: string): Frame[] {
  const chunks = models
    .filter(({ rows }) => rows.length > 0)
    .flatMap(({ model, columns, rows }) =>
      splitBySize(rows, CHUNK_CHARACTERS).map((chunk) => ({ model, columns, rows: chunk })),
    )
  // An empty channel still says which columns it would have.
  const first = models[0]
  if (chunks.length === 0 && first) chunks.push({ ...first, rows: [] })
  return chunks.map(({ model, columns, rows }, index) => {
    const end = index === chunks.length - 1 ? `"more":false,"cursor":"${cursor}"` : '"more":true'
    return new Frame(
      `{"type":"rows","channel":${JSON.stringify(channel)},"model":${JSON.stringify(model)}` +
        `,"columns":${JSON.stringify(columns)},"rows":[${rows.join(',')}],${end}}`,
    )
  })
}
