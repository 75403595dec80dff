/** Whether the device keeps what it is given (K2: a page says "saved" only where it is). */

/** Why nothing is kept, in a code for programs and a sentence for people. */
export interface StorageProblem {
  readonly code: /** The disk is full, or the site's share of it is used up. */
    | 'storage_full'
    /** The browser allows none here: private mode, blocked cookies. */
    | 'storage_refused'
    /** It went away under the page: data cleared by the user, a connection that the system closed. */
    | 'storage_lost'
    /** Another page has taken it: a newer version of this one, or one that signed out. */
    | 'storage_taken'
    /** It fails, or does not answer, for a reason that the browser does not tell. */
    | 'storage_failed'
  readonly message: string
}

export interface StorageHealth {
  /** `memory`: nothing outlives the page, as asked; `durable`: it keeps what it is given; `failed`: it should and does not. */
  readonly state: 'memory' | 'durable' | 'failed'
  readonly problem: StorageProblem | undefined
}

/** A storage that is not meant to outlive the page. */
export const MEMORY_HEALTH: StorageHealth = { state: 'memory', problem: undefined }
