/**
 * What the server's `welcome` says about this device: that it goes on, that its database was restored to an
 * earlier time, or that another device carries the same name (a cloned profile, a phone restored from a backup).
 */
import { emptyOutbox, type Outbox, type ParkedOp, type RejectionReason } from './outbox.ts'

export type Recognition =
  /** The server has no op that this device does not know of. */
  | { readonly kind: 'same'; readonly outbox: Outbox }
  | { readonly kind: 'restored'; readonly outbox: Outbox }
  | { readonly kind: 'copied' }

/** Compares the device's own memory with what the server knows of it. */
export function recognise(outbox: Outbox, lastOp: number, lastKey: string | undefined): Recognition {
  if (lastOp > outbox.drawn) return { kind: 'copied' }
  const known = keyOf(outbox, lastOp)
  if (lastKey !== undefined && known !== undefined && known !== lastKey) return { kind: 'copied' }
  if (lastOp >= outbox.lastOp) return { kind: 'same', outbox }
  return restored(outbox, lastOp, lastKey)
}

function keyOf(outbox: Outbox, n: number): string | undefined {
  if (n === outbox.lastOp) return outbox.lastKey
  if (n === outbox.drawn) return outbox.drawnKey
  return (outbox.ops.find((op) => op.n === n) ?? outbox.kept.find(({ op }) => op.n === n)?.op)?.key
}

/** Queues again what the server has lost; what is no longer kept cannot be numbered on, so the device starts anew. */
function restored(outbox: Outbox, lastOp: number, lastKey: string | undefined): Recognition {
  const lost = outbox.kept.map(({ op }) => op).filter((op) => op.n > lastOp)
  if (lost.length < outbox.lastOp - lastOp) return { kind: 'copied' }
  const next: Outbox = {
    ...outbox,
    lastOp,
    lastKey: lastKey ?? keyOf(outbox, lastOp),
    settledThrough: Math.min(outbox.settledThrough, lastOp),
    ops: [...lost, ...outbox.ops],
    kept: outbox.kept.filter(({ op }) => op.n <= lastOp),
  }
  return { kind: 'restored', outbox: next }
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
