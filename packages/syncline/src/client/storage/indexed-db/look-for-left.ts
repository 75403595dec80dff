/**
 * Finds a device that no page is any more, and that has left something to be dealt with (W3). The database is asked only
 * when pages have come or gone: that one comes, it says to the others; that one went, they see by its lock.
 */
import type { UserStorage } from '../storage.ts'
import { lockName } from './claim.ts'
import type { Connection } from './connection.ts'
import { isLeft, knownSlots } from './known-slots.ts'

export interface LeftDevices {
  /** Nothing while there is none. */
  find(): Promise<UserStorage | undefined>
  /** Hears of other pages no more. */
  close(): void
}

/** Tells the other pages of the database that this one has come; `open` opens a device that was left. */
export function lookForLeft(
  { name, locks }: { readonly name: string; readonly locks: LockManager | undefined },
  connection: Connection,
  open: () => Promise<UserStorage>,
): LeftDevices | undefined {
  // Without locks nobody can tell whether a page still is the device.
  if (!locks) return undefined
  let seen: string | undefined
  let isTold = false
  const channel = new BroadcastChannel(name) as BroadcastChannel & { unref?(): void }
  channel.onmessage = () => (isTold = true)
  channel.postMessage(null)
  // Where it is Node's, it must not keep the process alive.
  channel.unref?.()
  return {
    async find() {
      const { held = [] } = await locks.query()
      const names = held.map((lock) => lock.name)
      const pages = names.sort().join()
      if (pages === seen && !isTold) return undefined
      isTold = false
      seen = undefined
      const slots = await connection.run(knownSlots)
      // There may be more than one.
      if (slots.some((known) => isLeft(known) && !names.includes(lockName(name, known.slot)))) return open()
      seen = pages
      return undefined
    },
    close: () => channel.close(),
  }
}
