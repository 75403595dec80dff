/** A page's life with a storage in which one call fails, and what must hold whatever that call was (K2). */
import type { Outbox } from '../../../src/client/outbox/outbox.ts'
import { acknowledge } from '../../../src/client/outbox/outbox.ts'
import type { Storage, UserStorage } from '../../../src/client/storage/storage.ts'
import type { StoreRecord } from '../../../src/client/store/store-record.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import type { Faults } from './faults.ts'
import { loadWhole } from './load-whole.ts'
import { camera, deviceOf, materialSchema, newOutbox, queue } from './material.ts'
import { same } from './same.ts'

const ROOM = 'Production:p1'

/** One of two things that are stored: its states in order, and the last of them that was called stored. */
interface Told<State> {
  readonly states: State[]
  claimed: number
}

interface Life {
  readonly outbox: Told<Outbox | undefined>
  readonly room: Told<ReadonlyMap<string, StoreRecord> | undefined>
}

/** Lives with the fault that is armed, then looks at what is really there. */
export async function liveWithFault(storage: Storage, faults: Faults): Promise<void> {
  const life: Life = {
    outbox: { states: [undefined], claimed: 0 },
    room: { states: [undefined], claimed: 0 },
  }
  await visit(await storage.open('ana', materialSchema), life, 1)
  await visit(await storage.open('ana', materialSchema), life, 2)
  faults.arm()
  const again = await storage.open('ana', materialSchema)
  await checkThere(again, life)
  await checkWorks(storage, again)
}

async function visit(storage: UserStorage, life: Life, serial: number): Promise<void> {
  const random = seededRandom(serial)
  await loadWhole(storage, ROOM)
  // Where the device cannot be written, the page is another one, and takes care of it as of one that was left.
  const left = storage.device ? undefined : await storage.adopt?.()?.catch(() => undefined)
  const keeper = left ?? storage
  await writeOutbox(keeper, life, (outbox) => queue(outbox, 2, random))
  await writeRoom(storage, life, `load ${serial}`, () => new Map(rows(3, serial)))
  for (let step = 1; step <= 3; step++) {
    await writeOutbox(keeper, life, (outbox) => queue(outbox, 1, random))
    await writeRoom(storage, life, `${serial}.${step}`, (before) => {
      const after = new Map(before)
      after.delete(`c${step}`)
      return new Map([...after, ...rows(1, serial * 10 + step)])
    })
    const refused = [{ n: 2 * step, code: 'constraint', message: 'No.' }]
    await writeOutbox(keeper, life, (outbox) => acknowledge(outbox, outbox.lastOp + 1, refused, step).outbox)
  }
  left?.close?.()
  storage.close?.()
}

function rows(count: number, version: number): [string, StoreRecord][] {
  return Array.from({ length: count }, (_, serial) => [`c${serial}`, camera(serial, version)])
}

async function writeOutbox(
  storage: UserStorage,
  { outbox }: Life,
  next: (outbox: Outbox) => Outbox,
): Promise<void> {
  const state = next(outbox.states.at(-1) ?? storage.device?.outbox ?? newOutbox())
  outbox.states.push(state)
  const isStored = await isTold(storage.commit({ device: deviceOf(state) }))
  if (isStored) outbox.claimed = outbox.states.length - 1
  else same(storage.health?.current.state, 'failed', 'health of a storage that did not take a write')
}

async function writeRoom(
  storage: UserStorage,
  { room }: Life,
  cursor: string,
  next: (before: ReadonlyMap<string, StoreRecord>) => ReadonlyMap<string, StoreRecord>,
): Promise<void> {
  const before = room.states.at(-1) ?? new Map<string, StoreRecord>()
  const after = next(before)
  room.states.push(after)
  const isLoad = cursor.startsWith('load')
  const put = [...after.values()].filter((record) => before.get(record.fields.id) !== record)
  const remove = [...before.keys()].filter((id) => !after.has(id)).map((id) => ({ model: 'camera', id }))
  const isStored = await isTold(
    storage.commit({
      room: isLoad
        ? {
            channel: ROOM,
            type: 'replace',
            room: { cursor, schema: materialSchema.hash, records: after.values() },
          }
        : { channel: ROOM, type: 'change', cursor, put, remove },
    }),
  )
  // A change of a room that is not cached is none: nothing is said of it.
  if (isStored && (isLoad || room.claimed > 0)) room.claimed = room.states.length - 1
}

async function isTold(stored: Promise<void>): Promise<boolean> {
  try {
    await stored
    return true
  } catch {
    return false
  }
}

/** What was called stored is there, or something later; never a part of it. */
async function checkThere(storage: UserStorage, { outbox, room }: Life): Promise<void> {
  checkOne('outbox', outbox, storage.device?.outbox)
  const loaded = await loadWhole(storage, ROOM)
  const records = loaded && Array.from(loaded.records).map((record) => [record.fields.id, record] as const)
  const sorted = records && new Map(records.sort(([a], [b]) => (a < b ? -1 : 1)))
  checkOne('room', room, sorted)
}

function checkOne<State>(what: string, { states, claimed }: Told<State>, found: State): void {
  const later = states.slice(claimed)
  const isOne = later.some((state) => isSame(found, state))
  if (!isOne) same(found, later[0], `${what} that was called stored`)
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    same(a, b)
    return true
  } catch {
    return false
  }
}

async function checkWorks(storage: Storage, open: UserStorage): Promise<void> {
  const outbox = queue(open.device?.outbox ?? newOutbox(), 1, seededRandom(9))
  await open.commit({ device: deviceOf(outbox) })
  open.close?.()
  same(
    (await storage.open('ana', materialSchema)).device?.outbox,
    outbox,
    'outbox that is written when the fault is over',
  )
}
