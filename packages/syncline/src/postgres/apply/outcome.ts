/** Outcomes, from what was committed: pure. */
import type { DeviceState, PushRefusal } from './device-state.ts'
import type { KeptAnswer } from './idempotency.ts'
import type { PartResult } from './part.ts'
import type { KeptConflict, PushOutcome, Rejection, SingleOutcome } from './writer.ts'

/** How long a device waits before it sends again what could not be applied, in ms. */
const RETRY_AFTER_MS = 1_000

/** What a push has come to so far, over several transactions. */
export class Tally {
  readonly #xids: string[] = []
  readonly #conflicts: KeptConflict[] = []
  #state: DeviceState

  constructor(state: DeviceState) {
    this.#state = state
  }

  /** The device row as it is now. */
  get state(): DeviceState {
    return this.#state
  }

  /** Goes on from a device row that was read again. */
  at(state: DeviceState): this {
    this.#state = state
    return this
  }

  add(results: readonly PartResult[]): void {
    for (const result of results) {
      if (result.done > 0) this.#note(result.xid)
      if (result.conflicts.length > 0) this.#conflicts.push(...result.conflicts)
      if (result.state) this.#state = result.state
    }
  }

  /** Some ops were applied before: their changes came at the latest with the device row's last transaction. */
  repeats(): void {
    if (this.#state.xid !== null) this.#note(this.#state.xid)
  }

  #note(xid: string): void {
    if (!this.#xids.includes(xid)) this.#xids.push(xid)
  }

  /** Nothing is unread any more. */
  readAll(): DeviceState {
    this.#state = { ...this.#state, hasUnread: false }
    return this.#state
  }

  /** What is true even of a push that was turned away; nothing about a device of another user. */
  progress(userId = this.#state.userId): Partial<PushOutcome> {
    const { lastOp, lastKey } = this.#state
    return userId === this.#state.userId ? { lastOp, ...(lastKey === undefined ? {} : { lastKey }) } : {}
  }

  outcome(rejected: readonly Rejection[]): PushOutcome {
    const { lastOp, lastKey } = this.#state
    const outcome = { lastOp, rejected, conflicts: this.#conflicts, xids: this.#xids }
    return lastKey === undefined ? outcome : { ...outcome, lastKey }
  }
}

/** The answer to a push that was turned away as a whole. */
export function refusedOutcome(refused: PushRefusal): PushOutcome {
  return { lastOp: 0, rejected: [], conflicts: [], xids: [], refused }
}

export function unavailable(): PushRefusal {
  return {
    code: 'unavailable',
    message: `The database could not apply this now: it cannot be reached, somebody holds a record, or its SQL failed, of which the server's log says more. Send it again in ${RETRY_AFTER_MS} ms; nothing is lost.`,
    retryAfterMs: RETRY_AFTER_MS,
  }
}

/** The answer to a single write that was committed or refused. */
export function writtenOutcome(results: readonly PartResult[]): SingleOutcome {
  const last = results.at(-1)
  if (last?.refusal) return { ok: false, ...last.refusal }
  const xids = results.map(({ xid }) => xid)
  return {
    ok: true,
    version: last?.written?.version ?? 0,
    ...(last?.written?.id === undefined ? {} : { id: last.written.id }),
    repeated: last?.repeated ?? false,
    xids,
  }
}

/** The answer that the first write with the same key was given. */
export function keptOutcome({ written, refusal }: KeptAnswer): SingleOutcome {
  if (refusal) return { ok: false, ...refusal }
  return { ok: true, version: written?.version ?? 0, id: written?.id, repeated: true, xids: [] }
}
