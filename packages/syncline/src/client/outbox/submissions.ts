/** The promises of writes: what each author was told, and still waits for (K2). */
import { type ErrorCode, SynclineError } from '../../protocol/errors.ts'
import { createDeferred, type Deferred } from '../deferred.ts'
import type { OverlayOp } from '../store/entry.ts'
import type { OpDraft, QueuedOp, RejectionReason } from './outbox.ts'

/** One write or transaction as its author sees it. */
export interface Submission {
  /** The device's number of its last op; undefined until the device's storage is open. */
  readonly n: number | undefined
  /** Resolves when the device has it: to true when that outlives the page, to false with `memory()`. */
  readonly stored: Promise<boolean>
  /** Resolves when it is committed on the server; rejects with a `SynclineError` when it was refused. */
  readonly confirmed: Promise<void>
}

/** A submission from this side. */
export interface Pending {
  readonly drafts: readonly OpDraft[]
  readonly shown: readonly (OverlayOp | undefined)[]
  readonly stored: Deferred<boolean>
  readonly confirmed: Deferred<void>
  n?: number | undefined
}

export function createPending(drafts: readonly OpDraft[], shown: Pending['shown']): Pending {
  return { drafts, shown, stored: createDeferred(), confirmed: createDeferred() }
}

export function submissionOf(pending: Pending): Submission {
  return {
    get n() {
      return pending.n
    },
    stored: pending.stored.promise,
    confirmed: pending.confirmed.promise,
  }
}

export class Submissions {
  readonly #byKey = new Map<string, Pending>()
  readonly #unstored: Pending[] = []

  add(pending: Pending, ops: readonly QueuedOp[]): void {
    for (const { key, n } of ops) {
      this.#byKey.set(key, pending)
      pending.n = n
    }
    this.#unstored.push(pending)
  }

  /** Takes those that were added since it was last called. */
  takeUnstored(): Pending[] {
    return this.#unstored.splice(0)
  }

  /** Tells the author what became of an op; the last op of a transaction confirms all of it. */
  settle(op: QueuedOp, reason?: RejectionReason): void {
    const pending = this.#byKey.get(op.key)
    this.#byKey.delete(op.key)
    // Rejecting once more changes nothing: the first reason stands.
    if (reason) pending?.confirmed.reject(errorOf(reason, op.n))
    else if (op.n === pending?.n) pending?.confirmed.resolve()
  }

  /** The user signed out: nobody hears of these writes any more. */
  end(): void {
    for (const pending of [...this.#byKey.values(), ...this.#unstored]) this.discard(pending)
    this.#byKey.clear()
  }

  discard({ stored, confirmed }: Pending): void {
    const error = new SynclineError(
      'aborted',
      'The user signed out before the write was sent, so it was discarded.',
    )
    stored.reject(error)
    confirmed.reject(error)
  }
}

/** Settles `stored`; a failure is told, not thrown at anybody. */
export function settleStored(
  waiting: readonly Pending[],
  isDurable: boolean,
  cause?: { readonly error: unknown },
): void {
  for (const { stored } of waiting) {
    if (cause) stored.reject(storageFailed(cause.error))
    else stored.resolve(isDurable)
  }
}

function errorOf({ code, message, field }: RejectionReason, n: number): SynclineError {
  return new SynclineError(code as ErrorCode, message, { n, field })
}

function storageFailed(cause: unknown): SynclineError {
  const message =
    'The storage of this device did not take the write. It is sent, but does not survive a reload.'
  return new SynclineError('unavailable', message, { cause })
}
