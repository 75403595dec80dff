import { importWs } from './import-ws.ts'

/** The part of a WebSocket that the session uses: the browser's, `ws`, or a test's. */
export interface SocketLike {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number, reason?: string): void
}

export type SocketConstructor = new (url: string, protocol: string) => SocketLike

/** The platform's WebSocket, or that of `ws` where there is none. */
export async function findSocketConstructor(): Promise<SocketConstructor> {
  const native = (globalThis as { WebSocket?: unknown }).WebSocket
  return (native ?? (await importWs())) as SocketConstructor
}
