/** Keeps one writing connection: opened when it is first needed, opened again after it was lost. */
import type { Database } from '../database.ts'
import { ApplySession } from './apply-session.ts'

export class SessionHolder {
  readonly #database: Database
  readonly #name: string
  readonly #lockTimeoutMs: number
  readonly #onLoss: (error: unknown) => void
  #opening: Promise<ApplySession> | undefined
  #current: ApplySession | undefined

  constructor(database: Database, name: string, lockTimeoutMs: number, onLoss: (error: unknown) => void) {
    this.#database = database
    this.#name = name
    this.#lockTimeoutMs = lockTimeoutMs
    this.#onLoss = onLoss
  }

  /** The connection. Throws when the database cannot be reached. */
  async session(): Promise<ApplySession> {
    if (this.#current && !this.#current.isLost) return this.#current
    this.#opening ??= ApplySession.open(this.#database, this.#name, this.#lockTimeoutMs).finally(() => {
      this.#opening = undefined
    })
    this.#current = await this.#opening
    return this.#current
  }

  /** Gives the connection up after an error that leaves its state unknown. */
  discard(error: unknown): void {
    const lost = this.#current
    this.#current = undefined
    void lost?.close().catch(() => {})
    this.#onLoss(error)
  }

  async close(): Promise<void> {
    const session = this.#current
    this.#current = undefined
    await session?.close().catch(() => {})
  }
}
