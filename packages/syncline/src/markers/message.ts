/** What a callback of `subscribeToSync` gets, the same on every wire. */
export interface SyncMessage {
  readonly identifier: string
  /** `refresh` and `remove` name what the page does; over the identifier form of Action Cable, what happened. */
  readonly action: 'refresh' | 'remove' | 'create' | 'update' | 'destroy'
  /** The prop that the marker names for pages that declared none. */
  readonly prop?: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly type?: 'subscribed' | 'error'
  readonly error?: string
}

/** A message as it comes, from a wire or a test. */
export type IncomingMessage = Partial<SyncMessage> & { readonly identifier: string; readonly cursor?: string }
