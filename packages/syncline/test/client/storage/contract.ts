/** What every storage does, as cases that run in Node and in a page. */
import type { Storage, StoredDevice, StoredRoom, UserStorage } from '../../../src/client/storage/storage.ts'
import type { StoreRecord } from '../../../src/client/store/store-record.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { loadWhole } from './load-whole.ts'
import { camera, deviceOf, materialSchema, newOutbox, nextOutbox, production, queue } from './material.ts'
import { same } from './same.ts'

/** A device whose pages come and go. */
export interface StorageKit {
  /** Opens the storage of a user, after closing what was open. */
  open(user?: string): Promise<UserStorage>
}

export interface ContractCase {
  readonly title: string
  run(kit: StorageKit): Promise<void>
}

const ROOM = 'Production:p1'

/** Makes a kit of storages that leave to one another what they hold. */
export function kitOf(storage: Storage): StorageKit {
  let open: UserStorage | undefined
  return {
    async open(user = 'ana') {
      open?.close?.()
      open = await storage.open(user, materialSchema)
      return open
    },
  }
}

function replaceRoom(records: readonly StoreRecord[], cursor = 'k1', channel = ROOM) {
  return {
    room: { channel, type: 'replace', room: { cursor, schema: materialSchema.hash, records } },
  } as const
}

function changeRoom(cursor: string, put: readonly StoreRecord[] = [], remove: readonly string[] = []) {
  const names = remove.map((id) => ({ model: 'camera', id }))
  return { room: { channel: ROOM, type: 'change', cursor, put, remove: names } } as const
}

async function loadRoom(storage: UserStorage, channel = ROOM): Promise<StoredRoom | undefined> {
  const room = await loadWhole(storage, channel)
  return room && { cursor: room.cursor, schema: room.schema, records: sorted(room.records) }
}

function roomOf(cursor: string, records: Iterable<StoreRecord>): StoredRoom {
  return { cursor, schema: materialSchema.hash, records: sorted(records) }
}

function sorted(records: Iterable<StoreRecord>): StoreRecord[] {
  const key = ({ model, fields }: StoreRecord) => `${model} ${fields.id}`
  return Array.from(records, (record) => ({ ...record })).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const cameras = (count: number, version?: number): StoreRecord[] =>
  Array.from({ length: count }, (_, serial) => camera(serial, version))

export const STORAGE_CONTRACT: readonly ContractCase[] = [
  {
    title: 'a new device holds nothing',
    async run(kit) {
      const storage = await kit.open()

      same(storage.device, undefined, 'device')
      same(await loadRoom(storage), undefined, 'room')
    },
  },
  {
    title: 'W1: what a commit resolved for is there when the page opens again',
    async run(kit) {
      const storage = await kit.open()
      const random = seededRandom(1)
      const device = deviceOf(queue(queue(newOutbox(), 1, random), 3, random))

      await storage.commit({ device })

      same((await kit.open()).device, device, 'device')
    },
  },
  {
    title: 'W3: whatever happens to an outbox, it is read back as it was',
    async run(kit) {
      for (const seed of [1, 2, 3]) await followOutbox(kit, seed)
    },
  },
  {
    title: 'rows keep their values, of every kind',
    async run(kit) {
      const storage = await kit.open()
      const records = [production('Opera'), ...cameras(60)]

      await storage.commit(replaceRoom(records))

      same(await loadRoom(storage), roomOf('k1', records), 'room')
      same(await loadRoom(await kit.open()), roomOf('k1', records), 'room after reopening')
    },
  },
  {
    title: 'a room is read back whole and in its order, however many pages it has',
    async run(kit) {
      for (const count of [4, 12, 25]) {
        // So long that each fills a page.
        const name = 'x'.repeat(300_000)
        const records = cameras(count).map((record) => ({ ...record, fields: { ...record.fields, name } }))

        await (await kit.open()).commit(replaceRoom(records))
        const room = await loadWhole(await kit.open(), ROOM)

        same(Array.from(room?.records ?? []), records, `room of ${count} pages`)
      }
    },
  },
  {
    title: 'L2: a change and its cursor are stored together, over what was there',
    async run(kit) {
      const storage = await kit.open()
      await storage.commit(replaceRoom(cameras(4)))

      await storage.commit(changeRoom('k2', [camera(1, 9), camera(7, 1)], ['c0']))
      await storage.commit(changeRoom('k3', [camera(0, 8)], ['c1', 'never there']))

      const left = [camera(0, 8), camera(2), camera(3), camera(7, 1)]
      same(await loadRoom(await kit.open()), roomOf('k3', left), 'room')
    },
  },
  {
    title: 'a cursor moves without rows',
    async run(kit) {
      const storage = await kit.open()
      await storage.commit(replaceRoom(cameras(2)))

      await storage.commit(changeRoom('k2'))

      same(await loadRoom(await kit.open()), roomOf('k2', cameras(2)), 'room')
    },
  },
  {
    title: 'an empty room is known',
    async run(kit) {
      const storage = await kit.open()

      await storage.commit(replaceRoom([], 'k1'))

      same(await loadRoom(await kit.open()), roomOf('k1', []), 'room')
    },
  },
  {
    title: 'a change of a room that is not here leaves it that way',
    async run(kit) {
      const storage = await kit.open()

      await storage.commit(changeRoom('k2', cameras(2)))

      same(await loadRoom(storage), undefined, 'room')
    },
  },
  {
    title: 'A2: a purged room is gone, and no other',
    async run(kit) {
      const storage = await kit.open()
      await storage.commit(replaceRoom(cameras(3)))
      await storage.commit(replaceRoom([production('Opera')], 'm1', 'Production:mine'))

      await storage.commit({ room: { channel: ROOM, type: 'purge' } })
      await storage.commit(changeRoom('k5', cameras(1)))

      const again = await kit.open()
      same(await loadRoom(again), undefined, 'purged room')
      same(await loadRoom(again, 'Production:mine'), roomOf('m1', [production('Opera')]), 'other room')
    },
  },
  {
    title: 'a load anew replaces all of it, also while changes wait',
    async run(kit) {
      const storage = await kit.open()
      void storage.commit(replaceRoom(cameras(3_000, 1)))
      void storage.commit(changeRoom('k2', [camera(5, 9)], ['c6']))
      void storage.commit(replaceRoom(cameras(2_500, 2), 'k3'))
      await storage.commit(changeRoom('k4', [camera(9_000, 1)]))

      same(await loadRoom(storage), roomOf('k4', [...cameras(2_500, 2), camera(9_000, 1)]), 'room')
      same((await loadRoom(await kit.open()))?.cursor, 'k4', 'cursor after reopening')
    },
  },
  {
    title: 'commits that nobody awaits are carried out in their order',
    async run(kit) {
      const storage = await kit.open()
      const random = seededRandom(4)
      let outbox = newOutbox()
      void storage.commit(replaceRoom(cameras(1)))
      for (let at = 2; at <= 40; at++) {
        outbox = queue(outbox, 1, random)
        void storage.commit({ device: deviceOf(outbox) })
        void storage.commit(changeRoom(`k${at}`, [camera(at, at)]))
      }
      await storage.commit(changeRoom('last', [], ['c2']))

      const again = await kit.open()
      same(again.device, deviceOf(outbox), 'device')
      const left = [camera(0), ...Array.from({ length: 38 }, (_, index) => camera(index + 3, index + 3))]
      same(await loadRoom(again), roomOf('last', left), 'room')
    },
  },
  {
    title: 'L2: however a room changes, it is read back as it was',
    async run(kit) {
      for (const seed of [1, 2]) await followRoom(kit, seed)
    },
  },
  {
    title: 'W3: nothing is removed while writes are unsent, and what is committed later is kept',
    async run(kit) {
      const device = deviceOf(queue(newOutbox(), 2, seededRandom(7)))
      const storage = await kit.open()
      await storage.commit({ device })

      const refused = storage.purge()
      const later = storage.commit(replaceRoom(cameras(2), 'k9'))

      same(await refused, 2, 'unsent writes')
      await later
      const again = await kit.open()
      same([again.device, (await loadRoom(again))?.cursor], [device, 'k9'], 'what is there')
      await again.purge(true)
      same((await kit.open()).device, undefined, 'what is left')
    },
  },
  {
    title: 'K3: users see nothing of one another, and sign out alone',
    async run(kit) {
      const random = seededRandom(6)
      const ana = deviceOf(queue(newOutbox(), 2, random))
      const first = await kit.open('ana')
      await first.commit({ device: ana })
      await first.commit(replaceRoom(cameras(2)))

      const ben = await kit.open('ben')
      same([ben.device, await loadRoom(ben)], [undefined, undefined], 'what ben finds')
      await ben.commit(replaceRoom(cameras(5), 'b1'))
      await ben.purge(true)

      same(await loadRoom(await kit.open('ben')), undefined, 'what is left of ben')
      const again = await kit.open('ana')
      same([again.device, (await loadRoom(again))?.cursor], [ana, 'k1'], 'what ana finds')
    },
  },
]

async function followOutbox(kit: StorageKit, seed: number): Promise<void> {
  const random = seededRandom(seed)
  let storage = await kit.open(`outbox ${seed}`)
  let device: StoredDevice = deviceOf(newOutbox())
  for (let step = 1; step <= 300; step++) {
    device = { ...device, outbox: nextOutbox(device.outbox, random, step) }
    const stored = storage.commit({ device })
    // A page that was to go may stay.
    if (random() < 0.2) storage.leave?.()
    if (random() < 0.7) continue
    await stored
    if (random() < 0.3) storage = await kit.open(`outbox ${seed}`)
    same(storage.device, device, `device of seed ${seed} after step ${step}`)
  }
}

async function followRoom(kit: StorageKit, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const user = `room ${seed}`
  let storage = await kit.open(user)
  let rows = new Map(cameras(300).map((record) => [record.fields.id, record]))
  await storage.commit(replaceRoom([...rows.values()], 'k0'))
  for (let step = 1; step <= 100; step++) {
    const put = Array.from({ length: Math.floor(random() * 12) }, () =>
      camera(Math.floor(random() * 400), step),
    )
    const remove = Array.from({ length: Math.floor(random() * 4) }, () => `c${Math.floor(random() * 400)}`)
    rows = new Map(rows)
    for (const id of remove) rows.delete(id)
    for (const record of put) rows.set(record.fields.id, record)
    const stored = storage.commit(changeRoom(`k${step}`, put, remove))
    if (random() < 0.6) continue
    await stored
    if (random() < 0.5) storage = await kit.open(user)
    same(
      await loadRoom(storage),
      roomOf(`k${step}`, rows.values()),
      `room of seed ${seed} after step ${step}`,
    )
  }
}
