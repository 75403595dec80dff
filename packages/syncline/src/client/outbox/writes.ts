/**
 * Writes on their way: shown at once, stored, sent in order, and settled when the server has answered.
 *
 *   K1 immediate      a write is shown when the call returns
 *   K2 honest         `stored` and `confirmed` say only what is so
 *   W2 exactly once   what was stored is sent until it is acknowledged
 *   W3 nothing lost   a refused op leaves the page's view and is parked with its values
 */
import { type ErrorCode, SynclineError } from '../../protocol/errors.ts'
import type { Ack } from '../../protocol/messages/ack.ts'
import type { Change } from '../../protocol/messages/change.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Clock } from '../clock.ts'
import { createDeferred, type Deferred } from '../deferred.ts'
import { newKey, type Random } from '../new-id.ts'
import type { OverlayOp } from '../store/entry.ts'
import type { Store } from '../store/store.ts'
import {
  acknowledge,
  emptyOutbox,
  enqueue,
  nextBatch,
  type OpDraft,
  type Outbox,
  type ParkedOp,
  type PushLimits,
  type QueuedOp,
  type RejectionReason,
} from './outbox.ts'
import { recognise, renamed } from './recognise.ts'
import { ShownOps } from './shown-ops.ts'

/** What the writes need of the rest of the client. */
export interface WritesHost {
  readonly schema: CompiledSchema
  readonly store: Store
  readonly clock: Clock
  readonly random: Random | undefined
  /** Stores the outbox; resolves when it is durable. */
  save(outbox: Outbox): Promise<void>
  /** Something about the outbox is another. */
  onChanged(): void
}

/** Where pushes go while a connection lasts. */
export type SendPush = (push: PushBody) => void

export interface PushBody {
  readonly ops: readonly QueuedOp[]
  /** Key of the op before the first. */
  readonly after?: string
  /** Rejections up to this number are kept here. */
  readonly read?: number
}

/** One write or transaction as its author sees it. */
export interface Submission {
  readonly n: number | undefined
  readonly stored: Promise<void>
  readonly confirmed: Promise<void>
}

interface Pending {
  readonly drafts: readonly OpDraft[]
  readonly shown: readonly (OverlayOp | undefined)[]
  readonly stored: Deferred<void>
  readonly confirmed: Deferred<void>
  n: number | undefined
}

// Four pushes under way keep the server's group commit busy; more only queue there.
const MOST_UNDER_WAY = 4

export class Writes {
  readonly #host: WritesHost
  readonly #shown: ShownOps
  /** Absent until the device's storage is open. */
  #outbox: Outbox | undefined
  #unnumbered: Pending[] = []
  readonly #pending = new Map<string, Pending>()
  #storedThrough = 0
  #isSaving = false
  #send: SendPush | undefined
  #sentThrough = 0
  #sentRead = 0
  #underWay: number[] = []
  /** The server had these ops when the connection began, so what it sends since contains them. */
  #knownThrough = 0
  #limits: PushLimits = { ops: 1_000, characters: 300_000 }

  constructor(host: WritesHost) {
    this.#host = host
    this.#shown = new ShownOps(host.schema, host.store)
  }

  get outbox(): Outbox | undefined {
    return this.#outbox
  }

  /** Ops not yet acknowledged, oldest first. */
  get queued(): readonly OpDraft[] {
    const numbered = this.#outbox?.ops ?? []
    return this.#unnumbered.length === 0
      ? numbered
      : [...numbered, ...this.#unnumbered.flatMap(({ drafts }) => drafts)]
  }

  /** Ops were sent, or are known to the server, and not yet acknowledged. */
  get isAwaitingAck(): boolean {
    return this.#sentThrough > (this.#outbox?.lastOp ?? 0)
  }

  /** Takes over what the device's storage holds; writes made before are numbered after it. */
  open(outbox: Outbox | undefined): void {
    const { store, random } = this.#host
    this.#outbox = outbox ?? emptyOutbox(newKey(random))
    this.#storedThrough = this.#outbox.drawn
    store.transact(() => this.#showAgain(this.#outbox?.ops ?? []))
    const waiting = this.#unnumbered
    this.#unnumbered = []
    for (const pending of waiting) this.#number(pending)
    this.#save()
  }

  /** Queues the ops of one transaction; they are shown when this returns. */
  submit(drafts: readonly OpDraft[], isOptimistic: boolean): Submission {
    const { store } = this.#host
    const shown = store.transact(() =>
      drafts.map((draft) => (isOptimistic ? this.#shown.show(draft) : undefined)),
    )
    const stored = createDeferred()
    const confirmed = createDeferred()
    const pending: Pending = { drafts, shown, stored, confirmed, n: undefined }
    if (this.#outbox) {
      this.#number(pending)
      this.#save()
    } else this.#unnumbered.push(pending)
    this.#host.onChanged()
    return {
      get n() {
        return pending.n
      },
      stored: stored.promise,
      confirmed: confirmed.promise,
    }
  }

  /**
   * Begins a connection with what the server knows of this device; false when the device is a copy of another
   * and has taken a new name, under which it must connect again.
   */
  greet(lastOp: number, lastKey: string | undefined): boolean {
    const outbox = this.#open()
    const recognition = recognise(outbox, lastOp, lastKey)
    if (recognition.kind === 'copied') {
      this.rename(COPIED)
      return false
    }
    this.#outbox = recognition.outbox
    this.#knownThrough = lastOp
    this.#sentThrough = lastOp
    this.#host.store.transact(() => this.#shown.renew(recognition.outbox.ops.filter(({ n }) => n > lastOp)))
    if (recognition.kind === 'restored') {
      this.#host.store.transact(() => this.#showAgain(recognition.again))
      this.#save()
    }
    return true
  }

  /** What the server takes in one push. */
  limit(limits: Partial<PushLimits>): void {
    this.#limits = { ...this.#limits, ...limits }
  }

  /** Sends what is queued, and from now on what is written. */
  begin(send: SendPush): void {
    this.#send = send
    this.#underWay = []
    this.#sentRead = 0
    this.#pump()
  }

  end(): void {
    this.#send = undefined
    this.#underWay = []
    this.#knownThrough = 0
  }

  /** Takes the next push for a single request; nothing when all is sent. */
  nextPush(): PushBody | undefined {
    const outbox = this.#open()
    const batch = nextBatch(outbox, this.#sentThrough, this.#storedThrough, this.#limits)
    const read = outbox.read > this.#sentRead ? outbox.read : undefined
    if (!batch && read === undefined) return undefined
    this.#sentRead = outbox.read
    this.#sentThrough = batch?.ops.at(-1)?.n ?? this.#sentThrough
    return {
      ops: batch?.ops ?? [],
      ...(batch?.after !== undefined && { after: batch.after }),
      ...(read && { read }),
    }
  }

  /** The server expects another op: sends from there. */
  sendFrom(expected: number): void {
    this.#sentThrough = expected - 1
    this.#underWay = []
    this.#pump()
  }

  /** Sends again everything that was not acknowledged. */
  sendAgain(): void {
    this.sendFrom(this.#open().lastOp + 1)
  }

  /** Settles ops. The overlay keeps them until `dropThrough`, except those refused. */
  acknowledge(ack: Pick<Ack, 'lastOp' | 'rejected'>): readonly ParkedOp[] {
    const { store, clock } = this.#host
    const result = acknowledge(this.#open(), ack.lastOp, ack.rejected, clock.now())
    this.#outbox = result.outbox
    this.#underWay = this.#underWay.filter((n) => n > ack.lastOp)
    this.#sentThrough = Math.max(this.#sentThrough, ack.lastOp)
    store.transact(() => {
      for (const { op } of result.parked) this.#shown.drop(op.n)
    })
    if (result.applied.length > 0 || result.parked.length > 0) this.#save()
    // Of a refused transaction, the op at fault tells why; the others only that they went with it.
    const culprits = result.parked.filter(({ reason }) => reason.code !== 'aborted')
    for (const { op, reason } of [...culprits, ...result.parked]) this.#settle(op, reason)
    for (const op of result.applied) this.#settle(op)
    this.#host.onChanged()
    this.#pump()
    return result.parked
  }

  /** Everything that ops up to this number caused has arrived; call inside the store transaction that shows it. */
  dropThrough(n: number): void {
    this.#shown.dropThrough(n)
  }

  /**
   * A confirmed change is about to be applied. What sent ops made of a counter stays as it is until their ack,
   * since the change may contain them; those that it is known to contain go.
   */
  onChange({ model, id, action, op }: Change, isCatchingUp: boolean): void {
    // Held before others are dropped: what they made of it is still to be seen.
    this.#shown.holdOn(model, id, this.#sentThrough)
    if (isCatchingUp) this.#shown.dropOn(model, id, this.#knownThrough)
    if (op !== undefined) this.#shown.drop(op)
    if (action === 'delete') this.#shown.dropCreates(model, id, this.#sentThrough)
  }

  /** A record is about to be loaded anew: the same, whatever it contains. */
  onLoad(model: string, id: string): void {
    this.#shown.holdOn(model, id, this.#sentThrough)
    this.#shown.dropOn(model, id, this.#knownThrough)
  }

  /** Gives the device a new name and parks what it had not sent. */
  rename(reason: RejectionReason): readonly ParkedOp[] {
    const { store, random } = this.#host
    const { outbox, parked } = renamed(this.#open(), newKey(random), reason)
    this.#outbox = outbox
    this.#storedThrough = 0
    this.#sentThrough = 0
    store.transact(() => this.#shown.clear())
    this.#save()
    for (const { op } of parked) this.#settle(op, reason)
    this.#host.onChanged()
    return parked
  }

  /** Replaces the outbox by one from which a parked op was taken. */
  replace(outbox: Outbox): void {
    this.#outbox = outbox
    this.#save()
    this.#host.onChanged()
  }

  #open(): Outbox {
    if (!this.#outbox) throw new Error('The outbox is used before the storage is open.')
    return this.#outbox
  }

  #number(pending: Pending): void {
    const { outbox, ops } = enqueue(this.#open(), pending.drafts, () => newKey(this.#host.random))
    this.#outbox = outbox
    ops.forEach((op, index) => {
      const shown = pending.shown[index]
      if (shown) this.#shown.number(shown, op.n)
      this.#pending.set(op.key, pending)
    })
    pending.n = outbox.drawn
  }

  #showAgain(ops: readonly QueuedOp[]): void {
    for (const op of ops) {
      const shown = this.#shown.show(op)
      if (shown) this.#shown.number(shown, op.n)
    }
  }

  #settle(op: QueuedOp, reason?: RejectionReason): void {
    const pending = this.#pending.get(op.key)
    this.#pending.delete(op.key)
    if (!pending) return
    // Rejecting again changes nothing: the first reason stands.
    if (reason) pending.confirmed.reject(errorOf(reason, op.n))
    else if (op.n === pending.n) pending.confirmed.resolve()
  }

  /** Writes of one turn are stored, and then sent, together. */
  #save(): void {
    if (this.#isSaving) return
    this.#isSaving = true
    queueMicrotask(() => {
      this.#isSaving = false
      const outbox = this.#open()
      const waiting = [...this.#pending.values()].filter(({ n }) => (n ?? 0) > this.#storedThrough)
      this.#host.save(outbox).then(
        () => this.#onStored(outbox, (pending) => pending.stored.resolve(), waiting),
        // The page works on from memory: the op is sent, but nobody is told that it is stored.
        (cause) => this.#onStored(outbox, (pending) => pending.stored.reject(storageFailed(cause)), waiting),
      )
    })
  }

  #onStored(outbox: Outbox, settle: (pending: Pending) => void, waiting: readonly Pending[]): void {
    for (const pending of waiting) settle(pending)
    if (this.#outbox?.device !== outbox.device) return
    this.#storedThrough = Math.max(this.#storedThrough, outbox.drawn)
    this.#pump()
  }

  #pump(): void {
    if (!this.#send || !this.#outbox) return
    while (this.#underWay.length < MOST_UNDER_WAY) {
      const push = this.nextPush()
      if (!push) return
      if (push.ops.length > 0) this.#underWay.push(this.#sentThrough)
      this.#send(push)
    }
  }
}

const COPIED: RejectionReason = {
  code: 'device_copied',
  message:
    'This device is a copy of another. It has taken a new name; decide what becomes of the writes it had not sent.',
}

function errorOf({ code, message, field }: RejectionReason, n: number): SynclineError {
  return new SynclineError(code as ErrorCode, message, { n, ...(field !== undefined && { field }) })
}

function storageFailed(cause: unknown): SynclineError {
  const message =
    'The storage of this device did not take the write. It is kept in memory and sent, but does not survive a reload.'
  return new SynclineError('unavailable', message, { cause })
}
