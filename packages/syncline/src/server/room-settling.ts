/**
 * Completes moves that could not see all their children: a parent that changed rooms under REPEATABLE READ leaves a
 * `truncate` row, and its rooms load again; `syncline.settle_rooms()` then takes along the children it did not see.
 */
import type { Database } from '../postgres/database.ts'
import type { LogRow } from '../postgres/log-row.ts'
import type { Logger } from './logger.ts'

/** Time until a correction that failed is tried again, in ms. */
const RETRY_AFTER_MS = 1_000

export class RoomSettling {
  readonly #database: Pick<Database, 'transaction'>
  readonly #log: Logger
  #isSettling = false
  #isWanted = false

  constructor(database: Pick<Database, 'transaction'>, log: Logger) {
    this.#database = database
    this.#log = log
  }

  /** Looks at a batch; a table that was emptied names no record, a move names the parent. */
  note(rows: readonly LogRow[]): void {
    if (!rows.some(({ action, id }) => action === 'truncate' && id !== '')) return
    this.#isWanted = true
    if (!this.#isSettling) void this.#settle()
  }

  async #settle(): Promise<void> {
    this.#isSettling = true
    while (this.#isWanted) {
      this.#isWanted = false
      try {
        // As long as it takes: a parent may have many children.
        await this.#database.transaction((connection) => connection.query('select syncline.settle_rooms()'))
      } catch (error) {
        this.#log.warn(
          { error: String(error) },
          'Records of a move could not be taken along; it is tried again.',
        )
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
        this.#isWanted = !this.#isClosed
      }
    }
    this.#isSettling = false
  }

  #isClosed = false

  /** Gives up what has not been settled; `migrate` does it. */
  close(): void {
    this.#isClosed = true
  }
}
