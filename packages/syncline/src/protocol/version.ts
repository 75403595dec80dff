/** The version of the wire and its history; a test keeps the newest line's hash equal to the messages' own. */

/** Spoken by both sides; `hello` names it. */
export const PROTOCOL_VERSION = 1

/** WebSocket subprotocol. */
export const SUBPROTOCOL = 'syncline.v1'

/** One line for every change of any message, newest last. `hash` is of all message schemas (see `version.test.ts`). */
export const PROTOCOL_HISTORY: readonly {
  readonly protocol: number
  readonly hash: string
  readonly change: string
}[] = [
  { protocol: 1, hash: '078420d0836bbb24', change: 'First version.' },
  {
    protocol: 1,
    hash: '411b31199f77682c',
    change:
      'A push and a pull over HTTP name the user they are meant for. A server from before refuses the field.',
  },
]
