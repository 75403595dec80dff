/** The seam between Syncline's SQL and a driver: real PostgreSQL through `pg`, or PGlite in this process. */

export type Parameter =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | null)[]

/** One row; columns arrive as text or as JSON-friendly values: int8 and numeric as strings, jsonb and json as *text*. */
export type Row = Record<string, unknown>

/** A statement; `name` prepares it once per connection. */
export interface Statement {
  readonly text: string
  readonly values?: readonly Parameter[]
  readonly name?: string
}

export interface Connection {
  query<T = Row>(text: string | Statement, values?: readonly Parameter[]): Promise<T[]>
  /**
   * Sends all statements in one round trip and resolves with each one's rows, in order. On a failure the later
   * ones still run, so put `begin` and `commit` around what belongs together; the first error is thrown at the end.
   */
  pipeline(statements: readonly Statement[]): Promise<Row[][]>
  /** Runs one statement and hands its rows on as they come, each as the list of its columns. `take` must not throw. */
  stream(statement: Statement, take: (row: readonly unknown[]) => void): Promise<void>
  /** The server's process behind it, as notifications name it; undefined on PGlite. */
  readonly processId?: number
  /** Resolves when the connection is gone, with the reason. */
  readonly closed: Promise<Error | undefined>
  close(): Promise<void>
}

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  /** Whether its statements may take no longer than single ones: for reads that ask access rules. @default false */
  isLimited?: boolean
}

export interface Listener {
  close(): Promise<void>
}

export interface Database {
  readonly kind: 'postgres' | 'pglite'
  /** Runs one statement on any connection of the pool, which ends it when it takes too long. */
  query<T = Row>(text: string | Statement, values?: readonly Parameter[]): Promise<T[]>
  /** Runs `work` in one transaction on a pool connection: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (connection: Connection) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Opens a connection that its holder keeps: the writer, the tail. `settings` are session settings (`jit: 'off'`).
   * On PGlite, which has one backend, all of them share it and take turns.
   */
  connect(name: string, settings?: Readonly<Record<string, string>>): Promise<Connection>
  /**
   * Listens on a channel with a connection that does nothing else, reconnects by itself, and calls `onWake` after
   * every notification, with the `processId` of its sender, and after every reconnect (what was notified meanwhile is
   * lost).
   */
  listen(channel: string, onWake: (sender?: number) => void): Promise<Listener>
  close(): Promise<void>
}
