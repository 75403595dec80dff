/** What a test page offers to the test that drives it: storages, and a client with a device that is kept. */
import { type Client, createClient } from '../../../src/client/client.ts'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { memory } from '../../../src/client/storage/memory.ts'
import { kitOf, STORAGE_CONTRACT } from '../storage/contract.ts'
import { liveWithFault } from '../storage/fault-script.ts'
import { type FaultKind, installFaults } from '../storage/faults.ts'
import { type StageSchema, stageSchema } from '../stage-schema.ts'

/** Deletes what a script before has left. */
async function forget(): Promise<void> {
  for (const { name = '' } of await indexedDB.databases()) {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name)
      request.onsuccess = () => resolve()
      request.onerror = () => reject(request.error)
    })
  }
}

/** What a test writes. */
interface CameraFields {
  readonly name?: string
  readonly note?: string
  readonly tags?: readonly string[]
}

const page = {
  contract: STORAGE_CONTRACT.map(({ title }) => title),

  async runContract(title: string, storage: 'memory' | 'indexedDb'): Promise<void> {
    const found = STORAGE_CONTRACT.find((each) => each.title === title)
    await found?.run(kitOf(storage === 'memory' ? memory() : indexedDb({ name: title })))
  },

  /** Fails one call in so many in this way, beginning with one of the first; returns how many there were. */
  async runFaults(kind: FaultKind, first: number, step: number): Promise<number> {
    const faults = installFaults(globalThis)
    try {
      let calls = 0
      faults.arm()
      await liveWithFault(indexedDb(), { ...faults, arm: () => (calls = faults.calls) })
      for (let at = first; at < calls; at += step) {
        faults.arm()
        await forget()
        faults.arm(at, kind)
        await liveWithFault(indexedDb(), faults).catch((error: Error) => {
          throw new Error(`At call ${at} of ${calls}: ${error.message}`)
        })
      }
      return calls
    } finally {
      faults.remove()
    }
  },

  client: undefined as Client<StageSchema> | undefined,

  /** Opens the stage as ana. */
  start(url: string): void {
    const reconnect = { minMs: 20, maxMs: 200 }
    const storage = indexedDb()
    const options = { schema: stageSchema, url, user: 'ana', token: 'ana', storage, reconnect }
    page.client = createClient({ ...options, joinAtStart: true })
    page.client.join('production', 'p1')
  },

  /** What the page shows, and how synchronisation stands. */
  look() {
    const { query, status, parked } = page.client as Client<StageSchema>
    return {
      status: status.current,
      productions: query.production.current.map(({ name }) => name),
      cameras: query.camera.current.map(({ name }) => name),
      lenses: query.lens.current.map(({ name }) => name),
      /** Names, notes and tags of the cameras. */
      texts: query.camera
        .orderBy('id')
        .current.flatMap(({ name, note, tags }) => (note ? [name, note, ...tags] : [name])),
      /** Ids of what was refused. */
      refused: parked.current.map(({ op }) => op.id),
    }
  },

  /** Renames a camera; resolves when it is stored. */
  async rename(id: string, name: string): Promise<void> {
    await page.client?.mutate.camera.update(id, { name }).stored
  },

  /** Writes a field of a camera and closes the client when the page hears that it goes. */
  closeLast(id: string, name: string): void {
    addEventListener('pagehide', () => {
      void page.client?.mutate.camera.update(id, { name })
      page.client?.close()
    })
  },

  /** Writes fields of a camera when the page hears that it goes. */
  writeLast(event: 'pagehide' | 'visibilitychange', id: string, fields: CameraFields): void {
    addEventListener(event, () => void page.client?.mutate.camera.update(id, fields))
  },

  /** Writes another field of a camera; resolves when it is stored. */
  async annotate(id: string, note: string): Promise<void> {
    await page.client?.mutate.camera.update(id, { note }).stored
  },

  /** Makes a camera that is called as its id; resolves when it is stored. */
  async create(id: string, productionId = 'p1'): Promise<void> {
    const write = page.client?.mutate.camera.create({ id, productionId, name: id, note: null, tags: [] })
    write?.confirmed.catch(() => {})
    await write?.stored
  },

  /** Uses up the space of the site, to the last record of a few bytes. */
  async fillSpace(): Promise<void> {
    const request = indexedDB.open('filler')
    request.onupgradeneeded = () => request.result.createObjectStore('filler', { autoIncrement: true })
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const put = (size: number) =>
      new Promise<boolean>((resolve) => {
        const transaction = database.transaction('filler', 'readwrite')
        transaction.objectStore('filler').put(crypto.getRandomValues(new Uint8Array(size)))
        transaction.oncomplete = () => resolve(true)
        transaction.onabort = () => resolve(false)
      })
    for (const size of [50_000, 5_000, 500, 50]) while (await put(size));
    database.close()
  },

  /** What was said of the storage since `noteStorage`: codes of problems, or how it stands. */
  storage: [] as string[],

  noteStorage(): void {
    const note = () => {
      const { storage, storageProblem } = page.look().status
      const word = storageProblem?.code ?? storage
      if (word !== page.storage.at(-1)) page.storage.push(word)
    }
    note()
    page.client?.status.subscribe(note)
  },

  /** From now on the platform opens no database. */
  refuseStorage(): void {
    IDBFactory.prototype.open = () => {
      throw new DOMException('not here', 'SecurityError')
    }
  },

  /** Ends the session and removes what it has on the device. */
  async signOut(): Promise<void> {
    await page.client?.signOut()
  },
}

export type TestPage = typeof page

Object.assign(globalThis, { page })
