/** What a page's device keeps, read past the page's own storage. */

/** Resolves when the rows of a production are stored, so that a page that opens later finds them. */
export async function untilKept(id: string): Promise<void> {
  const database = await resultOf(indexedDB.open('syncline/ana'))
  const isKept = () => resultOf(database.transaction('rooms').objectStore('rooms').count(`Production:${id}`))
  while ((await isKept()) === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  database.close()
}

function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
