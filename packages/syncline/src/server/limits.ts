/** Every limit of the server, with its default; a limit hit answers with a named error and `retryAfterMs`. */

/** A token bucket: `perSecond` on average, `burst` at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface Limits {
  /** Joined channels of one connection. @default 100, or `SYNC_MAX_SUBSCRIPTIONS` */
  readonly channelsPerConnection: number
  /** Live connections of one user on this server, on the native wire and over Action Cable together. @default 100 */
  readonly connectionsPerUser: number
  /** Joins of one connection. @default 50 per second, 200 at once */
  readonly joins: Rate
  /** Pushes of one connection. @default 200 per second, 400 at once */
  readonly pushes: Rate
  /** Joins and pulled channels of one user, over all connections and HTTP. @default 200 per second, 1,000 at once */
  readonly joinsPerUser: Rate
  /** Pushes and single writes of one user, over all connections and HTTP. @default 1,000 per second, 2,000 at once */
  readonly pushesPerUser: Rate
  /** Joins and pulled channels from one address, which may be that of a whole office. @default 2,000 per second, 10,000 at once */
  readonly joinsPerAddress: Rate
  /** Pushes and single writes from one address. @default 20,000 per second, 40,000 at once */
  readonly pushesPerAddress: Rate
  /** Messages of any kind of one connection. @default 500 per second, 1,000 at once */
  readonly messages: Rate
  /** New connections and unauthenticated requests of one address. @default 200 per second, 2,000 at once */
  readonly connects: Rate
  /** Ops in one push. @default 1,000 */
  readonly opsPerPush: number
  /** Size of one message from a device, in bytes. @default 1,048,576 */
  readonly messageBytes: number
  /** Messages between `hello` and `welcome`, in bytes. @default 65,536 */
  readonly helloQueueBytes: number
  /** Time a socket may stay without `hello`, in ms. @default 10,000 */
  readonly helloTimeoutMs: number
  /** What may wait for a slow connection, in bytes. @default 8,388,608 */
  readonly queueBytes: number
  /** How long the oldest frame may wait for a slow connection, in ms. @default 30,000 */
  readonly queueAgeMs: number
  /** Time a connection may be silent before it counts as dead, in ms. @default 60,000 */
  readonly silenceMs: number
  /** Time within which every right is checked again, for rules that read the clock, in ms. @default 60,000 */
  readonly recheckMs: number
  /** What first loads of large rooms may hold in memory for whoever opens them next, in bytes; 0 keeps none. @default 33,554,432 */
  readonly keptLoadBytes: number
  /** How long a connection outlives the expiry of its token, in ms. @default 25,000 */
  readonly expiryGraceMs: number
}

export const defaultLimits: Limits = {
  channelsPerConnection: 100,
  connectionsPerUser: 100,
  joins: { perSecond: 50, burst: 200 },
  pushes: { perSecond: 200, burst: 400 },
  joinsPerUser: { perSecond: 200, burst: 1_000 },
  pushesPerUser: { perSecond: 1_000, burst: 2_000 },
  joinsPerAddress: { perSecond: 2_000, burst: 10_000 },
  pushesPerAddress: { perSecond: 20_000, burst: 40_000 },
  messages: { perSecond: 500, burst: 1_000 },
  connects: { perSecond: 200, burst: 2_000 },
  opsPerPush: 1_000,
  messageBytes: 1_048_576,
  helloQueueBytes: 65_536,
  helloTimeoutMs: 10_000,
  queueBytes: 8_388_608,
  queueAgeMs: 30_000,
  silenceMs: 60_000,
  recheckMs: 60_000,
  keptLoadBytes: 33_554_432,
  expiryGraceMs: 25_000,
}
