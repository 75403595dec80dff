/** Starts the parts of a server and ties them together: database → writer and tail → channels → sessions. */
import type { Database } from '../postgres/database.ts'
import { createWriter } from '../postgres/apply/writer.ts'
import type { WriterOptions } from '../postgres/apply/writer-options.ts'
import { startTail, type TailOptions } from '../postgres/log/tail.ts'
import type { Batch } from '../postgres/log-row.ts'
import type { Rules } from '../postgres/rules.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema } from '../schema/model.ts'
import { Channels } from './channels.ts'
import { ConflictPost } from './conflicts/conflict-post.ts'
import type { Core, Refusal } from './core.ts'
import { healthOf } from './core-health.ts'
import { createCursorSeal } from './cursor/cursor-seal.ts'
import { mayReadChannel } from './may-read.ts'
import { dismissAll } from './goodbye.ts'
import type { Authenticate, Identity } from './identity.ts'
import { type IdOptions, Ids } from './ids/ids.ts'
import type { Limits } from './limits.ts'
import type { Logger } from './logger.ts'
import { ShownIds } from './ids/shown-ids.ts'
import { Markers } from './marking/markers.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { namingRights } from './missing-rights.ts'
import { Guards } from './rooms/guards.ts'
import { RoomSettling } from './room-settling.ts'
import { pull } from './pull.ts'
import { Rates } from './rates.ts'
import type { Engine } from './session/engine.ts'
import { type Caller, type Session, sessionsOf } from './session/session.ts'
import { ForeignOrigins } from './foreign-origins.ts'
import { EndedSessions } from './session/ended-sessions.ts'
import { ProofClock } from './session/proof-clock.ts'
import { type ProofEvents, type ProofWatch, ReportingWatch } from './session/proof-watch.ts'
import { SessionTable } from './session/session-table.ts'
import { Started } from './started.ts'
import { whoAsks } from './who-asks.ts'

export interface CoreOptions {
  readonly schema: CompiledSchema
  readonly database: Database
  readonly rules: Rules
  readonly authenticate: readonly Authenticate[]
  /** Seal cursors; the first one seals, all of them open. */
  readonly secrets: readonly string[]
  /** How obfuscated ids are made. */
  readonly ids?: IdOptions
  readonly allowedOrigins: ReadonlySet<string>
  readonly limits: Limits
  readonly log: Logger
  readonly debounceMs: number
  /** Failed attempts to connect before marker clients give up; absent: they never do. */
  readonly reconnectAttempts?: number
  /** Looks at the database before anything is started; what it throws keeps the server from starting. */
  readonly beforeStart?: () => Promise<void>
  readonly tail?: TailOptions
  readonly writer?: WriterOptions
}

/** A core that sessions can be opened on, and that can be stopped. */
export interface RunningCore extends Core {
  /** Opens the session of a live connection. */
  openSession(caller: Caller): Session
  readonly sessions: SessionTable
  /** Watches the proof of a connection that has no session, and counts it; returns what ends both, to be called once. */
  watchProof(identity: Identity, events: ProofEvents): () => void
  /** Calls `observer` with every batch of the tail, after everybody was told of it; returns what ends that. */
  observe(observer: (batch: Batch) => void): () => void
  /** Turns sync on or off, for everybody or by user; whom it is off for gets `bye` without reconnect. */
  enable(enabled: boolean | ((user: User) => boolean)): void
  /** Stops the parts in the order in which they need each other; the database stays open. */
  close(): Promise<void>
}

/** Rights are checked again in small portions, this often at least. */
const RECHECK_EVERY_MS = 1_000

/** Checks everybody's rights again and again, each within `recheckMs`. */
function recheck(
  checked: readonly { recheckSome(rounds: number): void }[],
  recheckMs: number,
  isStarted: () => boolean,
): NodeJS.Timeout {
  const everyMs = Math.min(RECHECK_EVERY_MS, recheckMs / 4)
  // A little less than fits, so that a late timer does not break the bound.
  const rounds = Math.floor((recheckMs / everyMs) * 0.9)
  const timer = setInterval(() => {
    if (isStarted()) for (const some of checked) some.recheckSome(rounds)
  }, everyMs)
  return timer.unref()
}

/** Makes the core and begins to start it; `ready` says when it has. */
export function createCore(options: CoreOptions): RunningCore {
  const { schema, database, rules, limits, log, authenticate, debounceMs, reconnectAttempts } = options
  const metrics = createMetrics()
  const seal = createCursorSeal(options.secrets)
  const sessions = new SessionTable()
  const started = new Started()
  const tables = authenticate.flatMap(({ dependsOn = [] }) => dependsOn)
  const lonely = new Set<ProofWatch>()
  const observers = new Set<(batch: Batch) => void>()
  const watches = function* (): Generator<ProofWatch> {
    for (const session of sessions.all()) yield session
    yield* lonely
  }
  const proofs = new ProofClock(limits, log, watches)
  const ended = new EndedSessions(watches, schema, tables)
  const ids = new Ids(schema, options.ids?.secret ?? (options.secrets.at(-1) as string), options.ids)
  const shown = new ShownIds(schema, ids)
  const guards = new Guards(schema, rules)
  const common = { schema, rules, guards, database, seal, log, metrics, tail: () => started.tail }
  const channels = new Channels({ ...common, shown, keptLoadBytes: limits.keptLoadBytes })
  const markers = new Markers({ ...common, ids })
  const conflicts = new ConflictPost({ schema, rules, database, shown, sessions, log })
  const rates = new Rates(limits)
  let isEnabled: (user: User) => boolean = () => true
  const engine: Engine = {
    schema,
    ids,
    shown,
    channels,
    markers,
    conflicts,
    sessions,
    proofs,
    seal,
    limits,
    log,
    metrics,
    debounceMs,
    takeFor: (kind, user, address) => rates.take(kind, { user: user.id }) || rates.take(kind, { address }),
    isEnabled: (user) => isEnabledFor(isEnabled, user, log),
    get tail() {
      return started.tail
    },
    get writer() {
      return started.writer
    },
  }
  const OwnSession = sessionsOf(engine)
  const settling = new RoomSettling(database, log)
  const start = async () => {
    await options.beforeStart?.()
    await Promise.all([guards.seeThroughViews(database), ended.seeThroughViews(database)])
    started.writer = await createWriter(database, schema, rules, {
      opsPerPush: limits.opsPerPush,
      onError: (error) => log.error({ error: String(error) }, 'The writer met an error.'),
      readAlong: () => (started.isComplete ? started.tail.readAlong() : undefined),
      beginQuiet: () => (started.isComplete ? started.tail.beginQuiet() : undefined),
      ...options.writer,
    })
    started.tail = await startTail(database, { log, ...options.tail }, (batch) => {
      if (batch.reset === 'history') {
        // What devices had acknowledged may be gone: those that say hello again learn it, and send it again (W2).
        started.writer.forgetDevices()
        dismissAll(sessions, 'unavailable')
      }
      const touched = channels.onBatch(batch)
      markers.onBatch(batch)
      conflicts.onBatch(batch, touched)
      ended.note(batch.rows)
      settling.note(batch.rows)
      for (const observer of observers) observer(batch)
    })
  }
  const ready = start().catch((error: unknown) => {
    throw namingRights(error)
  })
  // Told by whoever made the core.
  ready.catch(() => {})
  const rechecking = recheck([channels, markers], limits.recheckMs, () => started.isComplete)

  const foreignOrigins = new ForeignOrigins(log)
  const core: RunningCore = {
    schema,
    database,
    ids,
    shown,
    rules,
    limits,
    log,
    metrics,
    allowedOrigins: options.allowedOrigins,
    ready,
    sessions,
    markers,
    async position() {
      if (isEnabled === nobody) return null
      await ready
      await started.tail.readAgain()
      const cursor = markers.cursor()
      return { cursor, debounceMs, ...(reconnectAttempts !== undefined && { reconnectAttempts }) }
    },
    get tail() {
      return started.tail
    },
    identify: whoAsks(authenticate, log),
    foreignOrigin: (origin) => foreignOrigins.refusal(origin),
    isEnabled: (user) => (user ? engine.isEnabled(user) : isEnabled !== nobody),
    take: (kind, of, amount) => refusalOf(rates.take(kind, of, amount), metrics),
    takeConnect: (address) => refusalOf(rates.connect(address), metrics),
    pull: (request) => pull({ engine, database, rules }, request),
    async push(push) {
      const outcome = await started.writer.push(push)
      if (outcome.xids.length > 0) started.tail.wake()
      return { ...outcome, conflicts: (await conflicts.readable(push.user, outcome.conflicts)) ?? [] }
    },
    async write(write) {
      const outcome = await started.writer.write(write)
      // A refused one may have left its values among the conflicts.
      started.tail.wake()
      return outcome
    },
    mayRead: (user, channel) => mayReadChannel({ schema, ids, rules, database }, user, channel),
    health: () => healthOf(database, started, sessions, channels, isEnabled === nobody),
    openSession: (caller) => new OwnSession(caller),
    observe(observer) {
      observers.add(observer)
      return () => void observers.delete(observer)
    },
    watchProof(identity, events) {
      const watch = new ReportingWatch(proofs, events)
      watch.watch(identity)
      lonely.add(watch)
      const uncount = sessions.addLonely(identity.user.id)
      return () => {
        uncount()
        watch.endWatch()
        lonely.delete(watch)
      }
    },
    enable(enabled) {
      isEnabled = typeof enabled === 'function' ? enabled : enabled ? everybody : nobody
      for (const session of sessions.all()) {
        if (!engine.isEnabled(session.user)) session.dismiss('disabled', false)
      }
    },
    async close() {
      clearInterval(rechecking)
      ended.close()
      proofs.close()
      settling.close()
      await ready.catch(() => {})
      await started.close()
    },
  }
  metrics.gauge('syncline_connections', 'Live sessions.', () => sessions.size)
  metrics.gauge('syncline_rooms', 'Channels with members.', () => channels.size)
  metrics.gauge('syncline_kept_load_bytes', 'What kept first loads hold.', () => channels.keptBytes)
  metrics.gauge(
    'syncline_marker_subscriptions',
    'Subscriptions to markers by kind of channel.',
    () => markers.countByKind(),
    'kind',
  )
  metrics.gauge('syncline_log_lag_ms', 'Time since the tail last read everything.', () => started.lagMs)
  metrics.gauge(
    'syncline_oldest_unsent_op_ms',
    'Age of the oldest op that a connected device has not sent.',
    () => Math.max(0, ...[...sessions.all()].map(({ oldestUnsentMs }) => oldestUnsentMs)),
  )
  return core
}

/** Asks the application's function; when it throws, sync is off for this user. */
function isEnabledFor(isEnabled: (user: User) => boolean, user: User, log: Logger): boolean {
  try {
    return isEnabled(user)
  } catch (error) {
    log.error(
      { error: String(error) },
      '`enabled` threw, so sync is off for this user. Correct the function.',
    )
    return false
  }
}

const everybody = () => true
const nobody = () => false

function refusalOf(waitMs: number, metrics: Metrics): Refusal | null {
  if (waitMs === 0) return null
  metrics.count('syncline_limit_hits_total', 1, { code: 'rate_limited' })
  return {
    code: 'rate_limited',
    message: `Too many requests. Try again in ${waitMs} ms; nothing was changed.`,
    retryAfterMs: waitMs,
  }
}
