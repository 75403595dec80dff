/** Keeps one writing connection: opened when it is first needed, opened again after it was lost. */
import type { Database } from '../database.ts'
import { ApplySession } from './apply-session.ts'
import type { RuleTypeFinder } from './rule-types.ts'

export interface SessionOptions {
  readonly database: Database
  readonly name: string
  readonly lockTimeoutMs: number
  readonly types: RuleTypeFinder
  readonly onLoss: (error: unknown) => void
}

export class SessionHolder {
  readonly #options: SessionOptions
  #opening: Promise<ApplySession> | undefined
  #current: ApplySession | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** The connection, while there is one. */
  get current(): ApplySession | undefined {
    return this.#current?.isLost ? undefined : this.#current
  }

  /** The connection. Throws when the database cannot be reached. */
  async session(): Promise<ApplySession> {
    if (this.current) return this.current
    const { database, name, lockTimeoutMs, types } = this.#options
    this.#opening ??= ApplySession.open(database, name, lockTimeoutMs, types).finally(() => {
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
    this.#options.onLoss(error)
  }

  async close(): Promise<void> {
    const session = this.#current
    this.#current = undefined
    await session?.close().catch(() => {})
  }
}
