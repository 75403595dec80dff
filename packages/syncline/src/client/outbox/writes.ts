/**
 * Writes on their way: shown at once, stored, sent in order, and settled when the server has answered.
 *
 *   K1 immediate      a write is shown when the call returns
 *   K2 honest         `stored` and `confirmed` say only what is so
 *   W2 exactly once   what was stored is sent until it is acknowledged
 *   W3 nothing lost   a refused op leaves the page's view and is parked with its values
 */
import type { Ack } from '../../protocol/messages/ack.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Clock } from '../clock.ts'
import { newKey, type Random } from '../new-id.ts'
import type { Store } from '../store/store.ts'
import {
  acknowledge,
  dismiss,
  emptyOutbox,
  enqueue,
  type OpDraft,
  type Outbox,
  type QueuedOp,
  type RejectionReason,
  settleThrough,
  shownOps,
  withHeld,
} from './outbox.ts'
import { PushFlow } from './push-flow.ts'
import { recognise, renamed } from './recognise.ts'
import { ShownOps } from './shown-ops.ts'
import {
  createPending,
  type Pending,
  settleStored,
  type Submission,
  submissionOf,
  Submissions,
} from './submissions.ts'

/** What the writes need of the rest of the client. */
export interface WritesHost {
  readonly schema: CompiledSchema
  readonly store: Store
  readonly clock: Clock
  readonly random: Random | undefined
  /** Whether what is stored outlives the page. */
  readonly isDurable: boolean
  /** Stores the outbox. */
  saveOutbox(outbox: Outbox): Promise<void>
  /** Finds the records that may be of a room that could not be read yet, and are of none that was. */
  broughtLater(): (record: { readonly model: string; readonly id: string }) => boolean
  /** What was known of op numbers is so no longer: the device has another name, or the server's database was put back. */
  onUnsettled(): void
  /** Something about the outbox is another: the application has written, or what became of its writes is known. */
  onChanged(isWritten?: boolean): void
}

export class Writes {
  readonly flow = new PushFlow(
    () => this.#outbox,
    (ops, message) => this.#noteUnfit(ops, message),
  )
  readonly #host: WritesHost
  readonly #shown: ShownOps
  readonly #submissions = new Submissions()
  /** Absent until the device's storage is open. */
  #outbox: Outbox | undefined
  readonly #unnumbered: Pending[] = []
  #isSaving = false
  /** The user signed out. */
  #isDiscarded = false

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
    return [...numbered, ...this.#unnumbered.flatMap(({ drafts }) => drafts)]
  }

  /** Nothing is to be sent, shown, or dealt with. */
  get isDone(): boolean {
    return !(this.queued.length || this.#shown.size || this.#outbox?.parked.length)
  }

  /** Ops were sent, or are known to the server, and not yet acknowledged. */
  get isAwaitingAck(): boolean {
    return this.flow.sentThrough > (this.#outbox?.lastOp ?? 0)
  }

  /** Takes over what the device's storage holds; writes made before are numbered after it. */
  open(stored: Outbox | undefined): void {
    const outbox = stored ?? emptyOutbox(newKey(this.#host.random))
    this.#outbox = outbox
    this.flow.storedThrough = outbox.drawn
    this.flow.storedRead = outbox.read
    this.#showAgain(outbox)
    for (const pending of this.#unnumbered.splice(0)) this.#number(pending)
    this.#save()
  }

  /** Queues the ops of one transaction; they are shown when this returns. */
  submit(drafts: readonly OpDraft[], isOptimistic: boolean): Submission {
    const shown = this.#host.store.transact(() =>
      drafts.map((draft) => (isOptimistic && !this.#isDiscarded ? this.#shown.show(draft) : undefined)),
    )
    const pending = createPending(drafts, shown)
    if (this.#isDiscarded) this.#submissions.discard(pending)
    else if (this.#outbox) {
      this.#number(pending)
      this.#save()
    } else this.#unnumbered.push(pending)
    this.#host.onChanged(true)
    return submissionOf(pending)
  }

  /**
   * Begins a connection with what the server knows of this device; false when the device is a copy of another
   * and has taken a new name, under which it must connect again.
   */
  greet(lastOp: number, lastKey: string | undefined): boolean {
    const before = this.#open()
    const known = recognise(before, lastOp, lastKey)
    if (!known) {
      this.rename(COPIED)
      return false
    }
    // Of ops that the server does not have it is certain again that nothing contains them.
    const outbox = { ...known, held: withHeld(known, (n) => n <= lastOp) }
    this.#outbox = outbox
    this.flow.sentThrough = lastOp
    this.#showAgain(outbox, lastOp)
    if (known !== before) {
      this.#host.onUnsettled()
      this.#save()
    }
    return true
  }

  /** Without a `welcome`, the server expects this op next: what it has lost before that is sent again. */
  goOnAt(expected: number): void {
    if (expected <= this.#open().lastOp) this.greet(expected - 1, undefined)
    else this.flow.restartAt(expected)
  }

  /** Sends again everything that was not acknowledged. */
  sendAgain(): void {
    this.flow.restartAt(this.#open().lastOp + 1)
  }

  /** Settles ops. The overlay keeps them until `dropThrough`, except those refused. */
  acknowledge(ack: Pick<Ack, 'lastOp' | 'rejected'>): void {
    const { store, clock } = this.#host
    const { outbox, applied, parked } = acknowledge(this.#open(), ack.lastOp, ack.rejected, clock.now())
    this.#outbox = outbox
    store.transact(() => this.#shown.drop(({ n }) => parked.some(({ op }) => op.n === n)))
    if (applied.length + parked.length > 0) this.#save()
    // Of a refused transaction, the op at fault tells why; the others only that they went with it.
    const culprits = parked.filter(({ reason }) => reason.code !== 'aborted')
    for (const { op, reason } of [...culprits, ...parked]) this.#submissions.settle(op, reason)
    for (const op of applied) this.#submissions.settle(op)
    this.#host.onChanged()
    this.flow.onAck(ack.lastOp)
  }

  /** Everything that ops up to this number caused has arrived, but for what a room brings that is read later. */
  dropThrough(n: number): void {
    const isLater = this.#host.broughtLater()
    this.#host.store.transact(() => this.#shown.drop((op) => op.n <= n && !isLater(op)))
    const before = this.#open()
    this.#outbox = settleThrough(before, Math.min(n, before.lastOp))
    if (this.#outbox !== before) this.#save()
    this.#host.onChanged()
  }

  /** Shows none of the ops any more. */
  #hide(): void {
    this.#host.store.transact(() => this.#shown.drop(() => true))
  }

  /** The user signed out: what was not sent never will be. */
  discard(): void {
    this.#hide()
    this.#isDiscarded = true
    for (const pending of this.#unnumbered) this.#submissions.add(pending, [])
    this.#submissions.end()
  }

  /**
   * What the server tells of a record is about to be applied, and may contain ops that were sent: what they made of
   * a counter stays as it is until their ack.
   */
  onTold(model: string, id: string): void {
    const held = this.#shown.expect(model, id, this.flow.sentThrough)
    if (held.length === 0) return
    const outbox = this.#open()
    this.#outbox = { ...outbox, held: new Map([...outbox.held, ...held]) }
    this.#save()
  }

  /** Kept: what the server says of ops without their content explains nothing to their author. */
  #noteUnfit(ops: readonly QueuedOp[], message: string): void {
    const outbox = this.#open()
    const unfit = Object.fromEntries(ops.map(({ n }) => [n, message]))
    this.#outbox = { ...outbox, unfit: { ...outbox.unfit, ...unfit } }
    this.#save()
  }

  /** Gives the device a new name and parks what it had not sent. */
  rename(reason: RejectionReason): void {
    const { outbox, parked } = renamed(this.#open(), newKey(this.#host.random), reason)
    this.#outbox = outbox
    this.flow.reset()
    this.#hide()
    this.#host.onUnsettled()
    this.#save()
    for (const { op } of parked) this.#submissions.settle(op, reason)
    this.#host.onChanged()
  }

  /** Takes a parked op out of the list, if it is there. */
  dismiss(key: string): void {
    const before = this.#outbox
    this.#outbox = before && dismiss(before, key)
    if (this.#outbox !== before) this.#save()
    this.#host.onChanged()
  }

  #open(): Outbox {
    if (!this.#outbox) throw new Error('The storage is not open.')
    return this.#outbox
  }

  #number(pending: Pending): void {
    const { outbox, ops } = enqueue(this.#open(), pending.drafts, () => newKey(this.#host.random))
    const hidden = ops.filter((_op, index) => !pending.shown[index]).map(({ n }) => n)
    this.#outbox = { ...outbox, hidden: [...outbox.hidden, ...hidden] }
    this.#submissions.add(pending, ops)
    ops.forEach((op, index) => this.#shown.number(pending.shown[index], op.n))
  }

  /** Shows the ops above a number in their places, as they are held or were written, and none that are not there. */
  #showAgain(outbox: Outbox, after = 0): void {
    const last = outbox.ops.at(-1)?.n ?? outbox.lastOp
    this.#host.store.transact(() => {
      this.#shown.drop(({ n }) => n > last)
      for (const op of shownOps(outbox)) if (op.n > after) this.#shown.showStored(op, outbox.held.get(op.n))
    })
  }

  /** Writes of one turn are stored, and then sent, together. */
  #save(): void {
    if (this.#isSaving) return
    this.#isSaving = true
    queueMicrotask(() => this.flush())
  }

  /** Stores at once what is to be stored. */
  flush(): void {
    if (!this.#isSaving) return
    this.#isSaving = false
    const outbox = this.#open()
    const waiting = this.#submissions.takeUnstored()
    this.#host.saveOutbox(outbox).then(
      () => this.#onSaved(outbox, waiting),
      // The page works on from memory: the op is sent, but nobody is told that it is stored.
      (error) => this.#onSaved(outbox, waiting, { error }),
    )
  }

  #onSaved(outbox: Outbox, waiting: readonly Pending[], cause?: { readonly error: unknown }): void {
    settleStored(waiting, this.#host.isDurable, cause)
    if (this.#outbox?.device !== outbox.device) return
    this.flow.storedThrough = Math.max(this.flow.storedThrough, outbox.drawn)
    // A refusal that is kept in memory only stays with the server too (W3).
    if (!cause) this.flow.storedRead = Math.max(this.flow.storedRead, outbox.read)
    this.flow.pump()
  }
}

const COPIED: RejectionReason = {
  code: 'device_copied',
  message:
    'This device is a copy of another and has a new name now. Decide what becomes of its unsent writes.',
}
