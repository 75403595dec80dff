/** A storage of several pages, each of which is a device of its own, as with `indexedDb()`; all in one process and at once. */
import { memory } from '../../src/client/storage/memory.ts'
import type { Storage, StoredDevice, UserStorage } from '../../src/client/storage/storage.ts'

interface Slot {
  device: StoredDevice | undefined
  isHeld: boolean
}

/** Keeps devices and rooms in memory, for one user. */
export function sharedMemory(): Storage {
  const rooms = memory().open('ana') as UserStorage
  const slots: Slot[] = []
  const free = () => slots.filter(({ isHeld }) => !isHeld)
  const isLeft = ({ device }: Slot) => device && device.outbox.ops.length + device.outbox.parked.length > 0

  type Pages = NonNullable<UserStorage['pages']>
  const open = new Set<Pages>()

  /** Hears what the others say, in a turn of its own. */
  function pagesOf(): Pages {
    const pages: Pages = {
      onmessage: null,
      postMessage(message: unknown) {
        const data = structuredClone(message)
        for (const other of open) {
          if (other === pages) continue
          queueMicrotask(() => other.onmessage?.call(null as never, { data } as MessageEvent))
        }
      },
    }
    open.add(pages)
    return pages
  }

  function hold(slot: Slot): UserStorage {
    slot.isHeld = true
    const pages = pagesOf()
    return {
      pages,
      health: { current: { state: 'durable', problem: undefined }, subscribe: () => () => {} },
      device: slot.device,
      async commit({ device, room }) {
        if (device) slot.device = device
        if (room) await rooms.commit({ room })
      },
      loadRoom: (channel) => rooms.loadRoom(channel),
      purge: () => Promise.resolve(0),
      async adopt() {
        const left = free().find(isLeft)
        return left && hold(left)
      },
      close: () => {
        open.delete(pages)
        slot.isHeld = false
      },
    }
  }
  return {
    open() {
      const [slot = { device: undefined, isHeld: false }] = free().sort(
        (a, b) => Number(Boolean(isLeft(b))) - Number(Boolean(isLeft(a))),
      )
      if (!slots.includes(slot)) slots.push(slot)
      return hold(slot)
    },
  }
}
