/**
 * Which device a page is: one of those in the database that no other open page is.
 *
 * A device numbers its ops, so two pages must never be the same one (W2). Where the platform has Web Locks, a page
 * holds a lock on its device for as long as it lives; a device that was left with unsent ops goes first, so that
 * they are sent (W3). Without them the last page that opens takes the device, and the one before is told so with
 * its next write: every transaction of a device asks whether it is still its owner's.
 */
import type { KnownSlot } from './known-slots.ts'

/** The device that is this page's while it lives. */
export interface Claim {
  readonly slot: number
  /** No other page can take it meanwhile. */
  readonly isExclusive: boolean
  /** Lets another page have it. */
  release(): void
}

/** Claims the first device that is free; a new one when there is none, unless it is to be one of these, or when it must. */
export async function claimSlot(
  locks: LockManager | undefined,
  name: string,
  known: readonly KnownSlot[],
  mayBeNew: boolean,
  mustBeNew = false,
): Promise<Claim> {
  const slots = [...known].sort((a, b) => Number(b.unsent > 0) - Number(a.unsent > 0) || a.slot - b.slot)
  const [first] = slots
  if (!locks) return { slot: first?.slot ?? 0, isExclusive: false, release: () => {} }
  for (const { slot } of mustBeNew ? [] : slots) {
    const release = await tryLock(locks, lockName(name, slot))
    if (release) return { slot, isExclusive: true, release }
  }
  for (let slot = Math.max(-1, ...slots.map((each) => each.slot)) + 1; mayBeNew; slot++) {
    const release = await tryLock(locks, lockName(name, slot))
    if (release) return { slot, isExclusive: true, release }
  }
  throw new Error('None is free.')
}

/** What the lock of a device is called. */
export function lockName(name: string, slot: number): string {
  return `${name}/${slot}`
}

/** Takes a lock that nobody holds; it ends with the page, or when it is released. */
function tryLock(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined)
    locks.request(name, { ifAvailable: true }, hold).catch(reject)
  })
}
