/** The seam between the log and an application's pages: where the database stood before a page was read. */
export interface PagePosition {
  /** Sealed; marker clients join their channels from here (R1). */
  readonly cursor: string
  /** How long markers are collected before a reload, in ms. */
  readonly debounceMs: number
  /** Failed attempts to connect before the page gives up; absent: it never does. */
  readonly reconnectAttempts?: number
}
