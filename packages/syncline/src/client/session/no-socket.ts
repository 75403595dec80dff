/** Stands in for `node-socket.ts` in bundles for browsers, which have a WebSocket of their own. */
export const WebSocket = undefined
