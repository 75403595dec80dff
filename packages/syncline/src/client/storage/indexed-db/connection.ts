/** The open database of this page, and what the platform does to it: closes it, wants it, deletes it. */
import { openDatabase, type OpenOptions } from './database.ts'
import { isConnectionLost, StorageError } from './problem.ts'

export class Connection {
  readonly #options: OpenOptions
  readonly #onEnded: (error: unknown) => void
  #database: IDBDatabase | undefined
  /** Why it is not opened again. */
  #ended: unknown

  constructor(options: OpenOptions, database: IDBDatabase, onEnded: (error: unknown) => void) {
    this.#options = options
    this.#onEnded = onEnded
    this.#use(database)
  }

  /** Does work with the database; once more with a new connection when the old one turns out to be closed. */
  async run<Result>(work: (database: IDBDatabase) => Promise<Result>): Promise<Result> {
    try {
      return await work(await this.#open())
    } catch (error) {
      if (!isConnectionLost(error) || this.#ended) throw error
      this.#drop()
      return await work(await this.#open())
    }
  }

  /** Lets go of the database for good. */
  end(reason: unknown): void {
    this.#ended ??= reason
    this.#drop()
  }

  async #open(): Promise<IDBDatabase> {
    if (this.#ended) throw this.#ended
    if (this.#database) return this.#database
    // One that was deleted under the page is not made again: whoever deleted it wants it gone.
    const database = await openDatabase({ ...this.#options, mayCreate: false })
    this.#use(database)
    return database
  }

  #use(database: IDBDatabase): void {
    this.#database = database
    database.onversionchange = () => {
      // It may be one that did not close when it was told to.
      database.close()
      if (this.#ended) return
      this.end(new StorageError('StorageTakenError', 'it was asked for by another page'))
      this.#onEnded(this.#ended)
    }
    database.onclose = () => {
      if (this.#database === database) this.#database = undefined
    }
  }

  #drop(): void {
    const database = this.#database
    this.#database = undefined
    try {
      database?.close()
    } catch {
      // It is closed.
    }
  }
}
