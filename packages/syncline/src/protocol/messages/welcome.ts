import * as v from 'valibot'

/** Answers `hello`. An `ack` with all unread rejections and open conflicts follows. */
export const welcome = v.object({
  type: v.literal('welcome'),
  user: v.pipe(v.object({ id: v.string(), name: v.optional(v.string()) }), v.description('who is signed in')),
  protocol: v.pipe(v.number(), v.description('the protocol version that the server speaks')),
  epoch: v.pipe(v.string(), v.description("identity of the log's history: another epoch, other cursors")),
  lastOp: v.pipe(
    v.number(),
    v.description("the device's last op that the server knows; ends sending it again, not the overlay"),
  ),
  lastKey: v.optional(
    v.pipe(
      v.string(),
      v.description('the key of that op; unknown to the device when it is a copy of another'),
    ),
  ),
  limits: v.pipe(v.record(v.string(), v.unknown()), v.description("the server's limits by name")),
  time: v.pipe(v.string(), v.description("the server's time, ISO text")),
  debounceMs: v.pipe(v.number(), v.description('how long to collect markers before a reload, in ms')),
})

export type Welcome = v.InferOutput<typeof welcome>
