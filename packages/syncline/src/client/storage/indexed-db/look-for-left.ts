/**
 * Finds a device that no page is any more, and that has left something to be dealt with (W3). The database is asked only
 * when pages have come or gone: that one comes, it says to the others; that one went, they see by its lock.
 */
import type { UserStorage } from '../storage.ts'
import { lockName } from './claim.ts'
import type { Connection } from './connection.ts'
import { isLeft, knownSlots } from './known-slots.ts'

export interface LeftDevices {
  /** Between all pages of the database, until it is closed. */
  readonly pages: BroadcastChannel
  /** Nothing while there is none. */
  find(): Promise<UserStorage | undefined>
}

/** Pages that come ask the others for news, by which they are noticed; `open` opens a device that was left. */
export function lookForLeft(
  { name, locks }: { readonly name: string; readonly locks: LockManager | undefined },
  connection: Connection,
  open: () => Promise<UserStorage>,
): LeftDevices | undefined {
  // Without locks nobody can tell whether a page still is the device.
  if (!locks) return undefined
  let seen: string | undefined
  let comers = 0
  const pages = new BroadcastChannel(name) as BroadcastChannel & { unref?(): void }
  pages.addEventListener('message', ({ data }) => data ?? comers++)
  // Where it is Node's, it must not keep the process alive.
  pages.unref?.()
  return {
    pages,
    async find() {
      const { held = [] } = await locks.query()
      const names = held.map((lock) => lock.name)
      const state = comers + names.sort().join()
      if (state === seen) return undefined
      const slots = await connection.run(knownSlots)
      // There may be more than one.
      if (slots.some((known) => isLeft(known) && !names.includes(lockName(name, known.slot)))) return open()
      seen = state
      return undefined
    },
  }
}
