/** The package `ws`, which takes the place of a WebSocket in Node before 22; `no-ws.ts` stands here in browsers. */
export async function importWs(): Promise<unknown> {
  return (await import('ws')).WebSocket
}
