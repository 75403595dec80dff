/** Who is connected, over which wire, and subscribed to what. */

export interface ConnectionInfo {
  readonly user: string
  readonly wire: 'sync' | 'cable'
  /** Where it comes from. */
  readonly address: string
  /** False while it is being greeted or closed. */
  readonly isOpen: boolean
  /** Channels whose rows it follows. */
  readonly rows: readonly string[]
  /** Channels whose markers it follows. */
  readonly markers: readonly string[]
}
