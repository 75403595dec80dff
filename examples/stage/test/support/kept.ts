/** What the browser keeps of a page, read as its developer tools would: a reload then finds it without a network. */
import type { Page } from 'playwright-core'
import { SEEN_WITHIN_MS } from './browser.ts'
import { untilSettled } from './page-parts.ts'

const SHARED_ROOMS = ['Production:mine', 'Equipment:all', 'Person:all']

/** Waits until the page itself, the rooms of every page and `rooms` are on the device, as one user has them. */
export async function untilKept(page: Page, user: string, ...rooms: readonly string[]): Promise<void> {
  await untilSettled(page)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => caches.match('/productions'), undefined, { timeout: SEEN_WITHIN_MS })
  await untilStored(page, user, 'rooms', [...SHARED_ROOMS, ...rooms])
}

/** Waits until a write that contains `text` is in the queue on the device. */
export function untilQueued(page: Page, user: string, text: string): Promise<void> {
  return untilStored(page, user, 'ops', [text])
}

/** Waits until each of the texts occurs in a key or a value of the store. */
async function untilStored(page: Page, user: string, store: string, texts: readonly string[]): Promise<void> {
  await page.waitForFunction(isStored, [`stage/${user}`, store, texts] as const, { timeout: SEEN_WITHIN_MS })
}

/** Runs in the page. */
async function isStored([name, store, texts]: readonly [
  string,
  string,
  readonly string[],
]): Promise<boolean> {
  // Opening a database that is not there would make one without stores.
  if (!(await indexedDB.databases()).some((database) => database.name === name)) return false
  const resultOf = <Value>(request: IDBRequest<Value>) =>
    new Promise<Value>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await resultOf(indexedDB.open(name))
  try {
    if (!database.objectStoreNames.contains(store)) return false
    const objects = database.transaction(store).objectStore(store)
    const [keys, values] = await Promise.all([resultOf(objects.getAllKeys()), resultOf(objects.getAll())])
    const stored = JSON.stringify([keys, values])
    return texts.every((text) => stored.includes(text))
  } finally {
    database.close()
  }
}
