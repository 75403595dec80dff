/** What the store `rooms` holds of a cached room: how many pages and changes belong to it, and up to which cursor. */
import { isVersion } from './check-group.ts'

export interface RoomHeader {
  /** Another one after each load anew. */
  readonly generation: string
  /** Counts the writes, so that a page notices when another page writes the same room. */
  readonly revision: number
  readonly cursor: string
  readonly schema: string
  readonly pages: number
  /** Rows in the pages. */
  readonly rows: number
  /** The changes since have these numbers: from, and up to but without. */
  readonly logFrom: number
  readonly logNext: number
  /** Rows in the log. */
  readonly logRows: number
  /** When it was last opened or written, in ms and to a day; absent in headers of earlier versions. */
  readonly usedAt?: number
}

/** The header, if it has the shape of one. */
export function checkedHeader(value: unknown): RoomHeader | undefined {
  const header = value as Partial<RoomHeader> | null | undefined
  const texts = [header?.generation, header?.cursor, header?.schema]
  const { revision, pages, rows, logFrom, logNext, logRows } = header ?? {}
  const numbers = [revision, pages, rows, logFrom, logNext, logRows]
  const isShaped = texts.every((text) => typeof text === 'string') && numbers.every(isVersion)
  return isShaped ? (header as RoomHeader) : undefined
}

// A quarter: pages are then rewritten for a few rows each, and a load reads little that is outdated.
const LOG_SHARE = 0.25
// 256: rewriting less saves nothing.
const LOG_MINIMUM = 256
// 200 changes of a row each are read back as fast as a page.
const MOST_LOG_RECORDS = 200

/** The log is long enough for the pages to be written anew. */
export function isLogLong({ rows, logFrom, logNext, logRows }: RoomHeader): boolean {
  return logRows > Math.max(LOG_MINIMUM, rows * LOG_SHARE) || logNext - logFrom > MOST_LOG_RECORDS
}
