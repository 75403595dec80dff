/**
 * Listens for the tail, and finds out how it may rest: anew for each connection, because a server that was restarted
 * may have other settings, and another may have taken its place. Whether notifications arrive hangs on the way there,
 * and is asked once.
 */
import type { Connection, Database, Listener } from '../database.ts'
import type { RestMode } from './sleeper.ts'
import { WAKE_CHANNEL, WAKE_SETTING } from './wake.ts'

/** Longest time for a notification to come back on an idle server. */
const ECHO_MS = 1_000

interface RestChoice {
  readonly mode: RestMode
  /** Why nothing notifies, for the log. */
  readonly reason?: string
}

interface RestModesOptions {
  readonly database: Database
  /** False where it is known that notifications do not arrive. */
  readonly mayNotify: boolean
  /** A notification has arrived, or may have been lost. */
  onWake(sender: number | undefined): void
  /** Nothing notifies from now on, and why; undefined when it does again. */
  onReason(reason: string | undefined): void
}

export class RestModes {
  readonly #options: RestModesOptions
  #listener: Listener | undefined
  #isFresh = false
  #isClosed = false
  #choice: RestChoice = { mode: 'polled' }
  #doArrive: boolean | undefined
  #onNotified: () => void = () => {}

  constructor(options: RestModesOptions) {
    this.#options = options
  }

  get mode(): RestMode {
    return this.#choice.mode
  }

  async listen(): Promise<void> {
    await this.#listener?.close()
    this.#listener = await this.#options.database.listen(WAKE_CHANNEL, (sender) => {
      if (sender !== undefined) this.#onNotified()
      this.#options.onWake(sender)
    })
    this.#isFresh = true
    if (this.#isClosed) await this.#listener.close()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#listener?.close()
  }

  async choose(connection: Connection): Promise<RestMode> {
    if (!this.#options.mayNotify) return 'polled'
    const before = this.#choice
    this.#choice = await this.#find(connection)
    if (this.#choice.reason !== before.reason) this.#options.onReason(this.#choice.reason)
    this.#isFresh = false
    return this.mode
  }

  async #find(connection: Connection): Promise<RestChoice> {
    if (this.#options.database.kind === 'pglite') {
      await connection.query(`set ${WAKE_SETTING} = 'always'`)
      return { mode: 'embedded' }
    }
    const [row] = await connection.query<{ prepared: number }>(
      `select current_setting('max_prepared_transactions')::int as prepared`,
    )
    if ((row?.prepared ?? 0) > 0) {
      return {
        mode: 'polled',
        reason: `max_prepared_transactions is ${row?.prepared}, and PREPARE TRANSACTION is refused after a notification`,
      }
    }
    this.#doArrive ??= await this.#isEchoed(connection)
    if (this.#doArrive) return { mode: 'notified' }
    return { mode: 'polled', reason: 'notifications do not arrive, as behind a transaction pooler' }
  }

  async #isEchoed(connection: Connection): Promise<boolean> {
    // What ended the tail's connection may have ended the listener's, which comes back when it likes.
    if (!this.#isFresh) await this.listen()
    const echo = new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), ECHO_MS)
      this.#onNotified = () => {
        clearTimeout(late)
        resolve(true)
      }
    })
    await connection.query(`select pg_notify('${WAKE_CHANNEL}', '')`)
    return echo
  }
}
