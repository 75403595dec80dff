/** The seam between the log and an application's pages: where the database stood before a page was read. */
export interface PagePosition {
  /** Sealed; marker clients join their channels from here (R1). */
  readonly cursor: string
  /** How long markers are collected before a reload, in ms. */
  readonly debounceMs: number
  /** How often in a row the page tries a lost connection again; absent: without end. */
  readonly reconnectAttempts?: number
}
