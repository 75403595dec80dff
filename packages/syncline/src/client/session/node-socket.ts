/** Loaded in Node only, and only when it has no WebSocket of its own; the `browser` field keeps it out of bundles. */
export { WebSocket } from 'ws'
