/**
 * What the server's `welcome` says about this device: that it goes on, that its database was restored to an
 * earlier time, or that another device carries the same name (a cloned profile, a phone restored from a backup).
 */
import { emptyOutbox, type Outbox, type ParkedOp, type RejectionReason } from './outbox.ts'

/**
 * Compares the device's own memory with what the server knows of it. The outbox is the same when the server has no op
 * that this device does not know of, another when the database was restored, and absent when the device is a copy.
 */
export function recognise(outbox: Outbox, lastOp: number, lastKey: string | undefined): Outbox | undefined {
  if (lastOp > outbox.drawn) return undefined
  const known = keyOf(outbox, lastOp)
  if (lastKey !== undefined && known !== undefined && known !== lastKey) return undefined
  return lastOp >= outbox.lastOp ? outbox : restored(outbox, lastOp, lastKey)
}

function keyOf(outbox: Outbox, n: number): string | undefined {
  if (n === outbox.lastOp) return outbox.lastKey
  if (n === outbox.drawn) return outbox.drawnKey
  return (outbox.ops.find((op) => op.n === n) ?? outbox.kept.find(({ op }) => op.n === n)?.op)?.key
}

/** Queues again what the server has lost; what is no longer kept cannot be numbered on, so the device starts anew. */
function restored(outbox: Outbox, lastOp: number, lastKey: string | undefined): Outbox | undefined {
  const lost = outbox.kept.map(({ op }) => op).filter((op) => op.n > lastOp)
  if (lost.length < outbox.lastOp - lastOp) return undefined
  return {
    ...outbox,
    lastOp,
    lastKey: lastKey ?? keyOf(outbox, lastOp),
    settledThrough: Math.min(outbox.settledThrough, lastOp),
    ops: [...lost, ...outbox.ops],
    kept: outbox.kept.filter(({ op }) => op.n <= lastOp),
  }
}

/** The outbox under a new name; its unsent ops are parked for the user to decide. */
export function renamed(
  outbox: Outbox,
  device: string,
  reason: RejectionReason,
): { readonly outbox: Outbox; readonly parked: readonly ParkedOp[] } {
  const parked = outbox.ops.map((op) => ({ op, device: outbox.device, reason }))
  return { outbox: { ...emptyOutbox(device), parked: [...outbox.parked, ...parked] }, parked }
}
