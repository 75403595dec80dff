/**
 * G11 in the page: 100,000 rows are stored in IndexedDB, and a page that was just opened shows the first of them.
 *
 *   syncline   `indexedDb()`: a room's rows committed whole; a client that opens, joins and answers a sorted query
 *   reference  the same rows as JSON text, 1,000 to a record, in one transaction; read, parsed, the first 100 picked
 */
import { createClient, indexedDb, type StorageWrite } from 'syncline/client'
import { answerWith } from '../../harness/answer.ts'
import type { Camera } from '../../harness/camera-index.ts'
import { manyCameras, ROOM } from '../../harness/cameras.ts'
import { schema } from '../../harness/stage-schema.ts'

interface Request {
  readonly contestant: 'reference' | 'syncline'
  readonly step: 'persist' | 'open' | 'remove'
  /** Of the database. */
  readonly name: string
}

const COUNT = 100_000
const PER_RECORD = 1_000
const SHOWN = 100
const USER = 'user-1'

let cameras: Camera[] | undefined

const STEPS = {
  syncline: { persist: persistRoom, open: openClient },
  reference: { persist: persistPacked, open: openPacked },
}

async function measure({ contestant, step, name }: Request): Promise<number> {
  if (step === 'remove') return remove(contestant === 'syncline' ? `${name}/${USER}` : name)
  return STEPS[contestant][step](name)
}

async function persistRoom(name: string): Promise<number> {
  const records = (cameras ??= manyCameras(COUNT)).map((fields) => ({
    model: 'camera',
    version: 1,
    fieldVersions: {},
    fields: { ...fields },
    enteredAt: 1,
  }))
  const storage = await indexedDb({ name }).open(USER, schema)
  const room = { cursor: 'cursor-1', schema: schema.hash, records }
  const write: StorageWrite = { room: { channel: ROOM, type: 'replace', room } }
  const start = performance.now()
  await storage.commit(write)
  const elapsed = performance.now() - start
  storage.close?.()
  return elapsed
}

async function openClient(name: string): Promise<number> {
  const start = performance.now()
  const client = createClient({ schema, user: USER, storage: indexedDb({ name }), autoConnect: false })
  client.join('production', 'production-1')
  const query = client.query.camera.orderBy('zoom').limit(SHOWN)
  const shown = await new Promise<readonly Camera[]>((resolve) =>
    query.subscribe(() => resolve(query.current)),
  )
  const elapsed = performance.now() - start
  check(shown, client.query.camera.current.length)
  client.close()
  return elapsed
}

async function persistPacked(name: string): Promise<number> {
  const rows = (cameras ??= manyCameras(COUNT))
  const database = await open(name)
  const start = performance.now()
  const transaction = database.transaction('pages', 'readwrite', { durability: 'relaxed' })
  const pages = transaction.objectStore('pages')
  for (let at = 0; at < rows.length; at += PER_RECORD)
    pages.put(JSON.stringify(rows.slice(at, at + PER_RECORD)), at / PER_RECORD)
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  const elapsed = performance.now() - start
  database.close()
  return elapsed
}

async function openPacked(name: string): Promise<number> {
  const start = performance.now()
  const database = await open(name)
  const texts = (await done(
    database.transaction('pages', 'readonly').objectStore('pages').getAll(),
  )) as string[]
  const rows = new Map<string, Camera>()
  for (const text of texts) for (const camera of JSON.parse(text) as Camera[]) rows.set(camera.id, camera)
  const shown = firstOf(rows.values())
  const elapsed = performance.now() - start
  check(shown, rows.size)
  database.close()
  return elapsed
}

function firstOf(rows: Iterable<Camera>): Camera[] {
  const first: Camera[] = []
  for (const camera of rows) {
    const last = first.at(-1)
    if (first.length === SHOWN && last && camera.zoom >= last.zoom) continue
    const place = first.findIndex(({ zoom }) => zoom > camera.zoom)
    first.splice(place < 0 ? first.length : place, 0, camera)
    if (first.length > SHOWN) first.pop()
  }
  return first
}

function check(shown: readonly Camera[], count: number): void {
  const isSorted = shown.every(({ zoom }, at) => at === 0 || zoom >= (shown[at - 1] as Camera).zoom)
  if (shown.length !== SHOWN || count !== COUNT || !isSorted)
    throw new Error(`The page shows ${shown.length} of ${count} rows, sorted: ${isSorted}.`)
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => request.result.createObjectStore('pages')
  return done(request)
}

async function remove(name: string): Promise<number> {
  await done(indexedDB.deleteDatabase(name))
  return 0
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

answerWith(measure)
