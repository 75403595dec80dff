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

/**
 * The platform's WebSocket; before Node 22 there is none, and the package `ws` takes its place. The `browser` field of
 * package.json keeps it out of bundles.
 */
export async function findSocketConstructor(): Promise<SocketConstructor> {
  const native = (globalThis as { WebSocket?: unknown }).WebSocket
  if (native) return native as SocketConstructor
  return (await import('ws')).WebSocket as unknown as SocketConstructor
}
