/** Bounds of the wire itself, equal on both sides; what a server adds stands in `welcome.limits`. */

/** Largest message from a device, in bytes. */
export const MAX_MESSAGE_BYTES = 1_048_576

/** Deepest nesting of a message. */
export const MAX_MESSAGE_DEPTH = 64

/** Most ops of one push that are read at all; a server's own limit (`welcome.limits.opsPerPush`) is lower. */
export const MAX_PUSH_OPS = 10_000

/** Longest device id, op key or name, in characters. */
export const MAX_NAME_LENGTH = 255

/** Longest channel name: a model, a percent-encoded id, a collection. */
export const MAX_CHANNEL_LENGTH = 1024

/** Longest token, in characters. */
export const MAX_TOKEN_LENGTH = 16_384
