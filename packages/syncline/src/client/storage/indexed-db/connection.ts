/** The open database of this page, and what the platform does to it: closes it, wants it, deletes it. */
import { openDatabase, type OpenOptions } from './database.ts'
import { isConnectionLost, StorageError } from './problem.ts'

export class Connection {
  readonly #options: OpenOptions
  readonly #onGone: (error: unknown) => void
  #database: IDBDatabase | undefined
  /** Why it is not opened again. */
  #ended: unknown
  #mayCreate = false

  /** `onGone` hears that the platform has closed it: for good, or so that the next work opens what there is then. */
  constructor(options: OpenOptions, database: IDBDatabase, onGone: (error: unknown) => void) {
    this.#options = options
    this.#onGone = onGone
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
    // One that another page has deleted is not made again: its user has signed out (K3).
    const database = await openDatabase({ ...this.#options, mayCreate: this.#mayCreate })
    this.#use(database)
    return database
  }

  #use(database: IDBDatabase): void {
    this.#database = database
    this.#mayCreate = false
    database.onversionchange = () => {
      // It may be one that did not close when it was told to.
      database.close()
      if (this.#ended) return
      this.end(new StorageError('StorageTakenError', 'it was asked for by another page'))
      this.#onGone(this.#ended)
    }
    // Browsers do so when the data of the site are cleared, or the disk fails.
    database.onclose = () => {
      if (this.#database === database) this.#database = undefined
      if (this.#ended) return
      this.#mayCreate = true
      this.#onGone(new StorageError('StorageLostError', 'the browser closed it'))
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
