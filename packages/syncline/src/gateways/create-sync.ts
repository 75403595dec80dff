/**
 * Makes an application's sync server of its parts: schema and rules → core → gateways.
 *
 * ```ts
 * const sync = createSync({ schema, database, authenticate, access, secret })
 * sync.attach(httpServer)   // sockets
 * app.use(sync.fetch)       // /sync, /api, /health
 * ```
 */
import type { Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { MigrationRefused } from '../postgres/capture/drift.ts'
import type { ServerFunction } from '../postgres/apply/call.ts'
import type { Connection, Database } from '../postgres/database.ts'
import { healingMessages } from '../postgres/capture/healing-messages.ts'
import { type Watch, watchCapture } from '../postgres/capture/watch-capture.ts'
import type { TailOptions } from '../postgres/log/tail.ts'
import type { Sql } from '../postgres/sql.ts'
import type { User } from '../protocol/user.ts'
import type { Schema } from '../schema/define-schema.ts'
import { accessible } from '../server/access/accessible.ts'
import { findRuleFaults, RulesRefused } from '../server/access/check-rules.ts'
import { compileAccess } from '../server/access/compile-access.ts'
import type { Access } from '../server/access/declaration.ts'
import { type Author, writeAs } from '../server/write-as.ts'
import { createCore, type RunningCore } from '../server/create-core.ts'
import type { Health } from '../server/core.ts'
import type { Authenticate } from '../server/identity.ts'
import type { IdOptions, ModelIds } from '../server/ids/ids.ts'
import type { Limits } from '../server/limits.ts'
import { type Logger, standardLogger } from '../server/logger.ts'
import type { Metrics } from '../server/metrics.ts'
import type { PagePosition } from '../server/page-position.ts'
import { sayGoodbye } from '../server/goodbye.ts'
import { findDrift } from '../server/migrate.ts'
import { createActionCableGateway } from './action-cable/gateway.ts'
import { rememberCore } from './core-of.ts'
import { createExplain, type Explain } from './explain.ts'
import { createHttpGateway } from './http/gateway.ts'
import type { RequestContext } from './http/to-node.ts'
import { readSecrets } from './read-secrets.ts'
import { type ClientOptions, readSettings } from './settings.ts'
import { createUpgrades } from './upgrades.ts'
import { createWebSocketGateway } from './websocket/gateway.ts'

export interface SyncOptions<S extends Schema = Schema, U extends User = User> {
  /** From `defineSchema`. */
  readonly schema: S
  /** `postgres(url)` or `pglite(folder)`; migrated beforehand. Closed with the server. */
  readonly database: Database
  /** Asked in turn who sends a request: `jwt(…)`, `sessionCookie(…)`, or a function of the application's. */
  readonly authenticate: Authenticate | readonly Authenticate[]
  /** Who may read and write what; a model without a rule is read by nobody. */
  readonly access: Access<S, U>
  /**
   * Seals cursors; put a new secret in front of the old ones to rotate. The log warns of one below 32 bytes.
   * @default the environment's SYNCLINE_SECRET (JWT_SECRET)
   */
  readonly secret?: string | readonly string[]
  /** How obfuscated ids are made: their secret, and schemes that an app beside this one already has. */
  readonly ids?: IdOptions
  /** Origins (`https://app.example`) whose pages may use a cookie. @default only the server's own host, or CORS_ORIGIN */
  readonly origins?: readonly string[]
  /** Below it are the socket, push and pull. @default '/sync' */
  readonly basePath?: string
  /** Path of the Action Cable socket. @default '/cable' */
  readonly cablePath?: string
  /** Below it are the records. @default '/api' */
  readonly apiPath?: string
  /** Opens metrics, the details of health, and `GET /sync/position`. @default nobody sees them */
  readonly operatorToken?: string
  /** Limits that differ from `defaultLimits`. */
  readonly limits?: Partial<Limits>
  /** Custom writes by name, for `call` ops; one that takes longer than 30 s is refused. @default none */
  readonly functions?: Readonly<Record<string, ServerFunction>>
  /** Receives what happens, in the shape of pino. @default warnings and errors on standard error */
  readonly logger?: Logger
  /** How long marker clients collect before a reload, in ms. @default 300, or SYNC_DEBOUNCE_MS */
  readonly debounceMs?: number
  /** How often in a row marker clients try a lost connection again. @default SYNC_RECONNECT_ATTEMPTS, or without end */
  readonly maxReconnectAttempts?: number
  /** How the log is followed and kept. */
  readonly log?: TailOptions
  /** False turns sync off from the start. @default true, or SYNC_ENABLED (ENABLE_SYNC) */
  readonly enabled?: boolean | ((user: User) => boolean)
}

/** A running sync server. */
export interface Sync {
  readonly schema: Schema
  /** What the application hands to the marker client of its pages. */
  readonly clientOptions: ClientOptions
  /** Resolves when it can answer; rejects with the reason when it cannot start. */
  readonly ready: Promise<void>
  /** Takes the sockets of this HTTP server; requests go to `fetch`. */
  attach(server: Server | SecureServer): void
  /** Answers everything below `/sync`, `/api` and `/health`; never throws. */
  readonly fetch: (request: Request, context?: RequestContext) => Promise<Response>
  /** Whether a path is for `fetch`. */
  readonly handles: (pathname: string) => boolean
  /** Runs the application's own writes in one transaction that the log attributes to an author. */
  as<T>(author: Author, work: (connection: Connection) => Promise<T>): Promise<T>
  /** Says that the application has committed something, so that it is read at once; unnecessary after `as`. */
  wake(): void
  /** The ids of a model as channels, pages and URLs show them; of a model with plain ids, the ids themselves. */
  ids(model: string): ModelIds
  /**
   * Where the log stands, read after this call: for a page whose queries run afterwards (`createInertia({ position })`).
   * The page sends it with its props, and its marker client misses nothing that is committed from here on (R1). Null
   * while sync is turned off; rejects when the log cannot be read within 2 s. Loaders must read the primary.
   */
  position(): Promise<PagePosition | null>
  /** The condition under which a user may read records of a model, for the application's own queries. */
  accessible(user: User, model: string, alias?: string): Sql
  /** Turns sync on or off at once, for everybody or by user. */
  enable(enabled: boolean | ((user: User) => boolean)): void
  /** Answers what one asks when a page does not refresh; for development and operators, never for clients. */
  readonly explain: Explain
  health(): Promise<Health>
  readonly metrics: Metrics
  /**
   * Says `bye` to everybody, finishes what was accepted, and closes the database.
   * Options: `graceMs`, how long sockets may take to close (default 5,000).
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

/** Makes the server and begins to start it. Throws a `TypeError` for a mistake in the options. */
export function createSync<S extends Schema, U extends User = User>(options: SyncOptions<S, U>): Sync {
  const { schema, database, logger = standardLogger } = options
  if (typeof options.access !== 'object' || options.access === null)
    throw new TypeError(
      `\`access\` of createSync() is ${String(options.access)}: nobody could read anything. Give a rule for each model, { task: { accessibleBy: (user, task) => … } }.`,
    )
  const environment = process.env
  const { enabled, limits, client, allowedOrigins } = readSettings(options, environment)
  const rules = compileAccess(schema, options.access as never, logger)
  const authenticate = [options.authenticate].flat()
  const core = createCore({
    schema,
    database,
    rules,
    authenticate,
    secrets: readSecrets(options.secret, environment, authenticate, logger),
    ids: options.ids,
    allowedOrigins,
    limits,
    log: logger,
    debounceMs: client.debounceMs,
    reconnectAttempts: client.maxReconnectAttempts,
    beforeStart: () => checkDatabase(options, logger),
    tail: options.log,
    writer: { functions: options.functions },
  })
  if (enabled !== true) core.enable(enabled)
  return assemble(core, client, options)
}

type Wiring = Pick<SyncOptions, 'basePath' | 'apiPath' | 'cablePath' | 'operatorToken'>

function assemble(core: RunningCore, clientOptions: ClientOptions, options: Wiring): Sync {
  const { basePath, apiPath, cablePath, operatorToken } = options
  const { schema, database, rules } = core
  const cable = createActionCableGateway(core, { cablePath })
  const explain = createExplain(core, cable)
  const { connections } = explain
  const http = createHttpGateway(core, { basePath, apiPath, operatorToken, connections })
  const gateways = [createWebSocketGateway(core, { basePath }), cable]
  const upgrades = createUpgrades(core, gateways)
  const watching = core.ready.then(
    () => watchTables(core),
    () => undefined,
  )
  let isAsked = false
  // Whoever asks for `ready` is told the reason by it; where nobody does, only the log can say it.
  core.ready.catch((error: Error) => {
    const reason = isAsked ? `${error.name}; \`ready\` says why` : String(error)
    core.log.error({ error: reason }, 'Syncline could not start.')
  })
  let closing: Promise<void> | undefined
  const close = async (graceMs: number) => {
    upgrades.stop()
    await sayGoodbye(core.sessions, graceMs)
    await Promise.all(gateways.map((gateway) => gateway.close(graceMs)))
    await (await watching)?.close()
    await core.close()
    await database.close()
  }
  const sync: Sync = {
    schema: schema as Schema,
    clientOptions,
    get ready() {
      isAsked = true
      return core.ready
    },
    attach: (server) => upgrades.attach(server),
    fetch: http.fetch,
    handles: http.handles,
    as: (author, work) => writeAs(core, author, work),
    wake: () =>
      void core.ready.then(
        () => core.tail.wake(),
        () => undefined,
      ),
    ids: (model) => core.ids.of(model),
    position: () => core.position(),
    accessible: (user, model, alias) => accessible(schema, rules, user, model, alias),
    enable: (enabled) => {
      core.enable(enabled)
      cable.checkEnabled()
    },
    explain,
    health: () => core.health(),
    metrics: core.metrics,
    close: ({ graceMs = 5_000 } = {}) => (closing ??= close(graceMs)),
  }
  return rememberCore(sync, core)
}

/** Says what the database lacks, and which rules it does not understand; what must not be, keeps the server from starting. */
async function checkDatabase<S extends Schema, U extends User>(
  options: SyncOptions<S, U>,
  log: Logger,
): Promise<void> {
  const asking = findRuleFaults(options.database, options.schema, options.access)
  // Said first: a rule is not to blame for a table that has not been migrated.
  await reportDrift(options, log).finally(() => asking.catch(() => {}))
  const faults = await asking
  for (const { rule, message, isCertain } of faults) if (!isCertain) log.error({ rule }, message)
  const certain = faults.filter(({ isCertain }) => isCertain)
  if (certain.length > 0) throw new RulesRefused(certain)
}

async function reportDrift<S extends Schema, U extends User>(
  options: SyncOptions<S, U>,
  log: Logger,
): Promise<void> {
  const drift = await findDrift(options)
  // What keeps the server from starting is said once, as the reason.
  for (const { kind, table, message, isBlocking } of drift)
    if (!isBlocking) log.warn({ kind, table }, message)
  const blocking = drift.filter(({ isBlocking }) => isBlocking)
  if (blocking.length > 0) throw new MigrationRefused(blocking, 'started')
}

/** L1: a table that is not captured, or not as it is now, is found, and its rooms load again. */
function watchTables({ database, schema, log }: RunningCore): Watch {
  return watchCapture(database, schema, {
    onFound(found) {
      for (const { level, subject, message } of healingMessages(found)) log[level](subject, message)
    },
    onError: (error) =>
      log.warn({ error: String(error) }, 'The triggers could not be looked at; it is tried again.'),
  })
}
