/** A message of Action Cable's identifier form, as the reference declares it: what happened to a record. */
export interface SyncMessage {
  readonly identifier: string
  readonly action: 'create' | 'update' | 'destroy'
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly type?: 'subscribed' | 'error'
  readonly error?: string
}

/** What a callback of `subscribeToSync` gets, the same on every wire. */
export interface MarkerMessage extends Omit<SyncMessage, 'action'> {
  /** `refresh` and `remove` say what the page does; the others come by identifier, and say what happened. */
  readonly action: 'refresh' | 'remove' | SyncMessage['action']
  /** The prop that the marker names for pages that declared none. */
  readonly prop?: string
}

/** A message as it comes, from a wire or a test. */
export type IncomingMessage = Partial<MarkerMessage> & {
  readonly identifier: string
  readonly cursor?: string
}
