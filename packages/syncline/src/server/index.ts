/** `syncline/server`: everything that a server of an application imports. */
export { createSync, type Sync, type SyncOptions } from '../gateways/create-sync.ts'
export type { Explain } from '../gateways/explain.ts'
export type { ClientOptions } from '../gateways/settings.ts'
export { normalizeId } from '../gateways/http/reference-push.ts'
export { toNode } from '../gateways/http/to-node.ts'
export type { Connection, Database, Parameter } from '../postgres/database.ts'
export { pglite, type PgliteOptions } from '../postgres/drivers/pglite.ts'
export { postgres, type PostgresOptions } from '../postgres/drivers/postgres.ts'
export { MigrationRefused, type Drift } from '../postgres/capture/drift.ts'
export { type RuleFault, RulesRefused } from './access/check-rules.ts'
export type { MigrateOptions, MigrationReport } from '../postgres/capture/migrate.ts'
export { Sql, sql } from '../postgres/sql.ts'
export type { ServerFunction } from '../postgres/apply/call.ts'
export { SynclineError, type ErrorCode } from '../protocol/errors.ts'
export type { User } from '../protocol/user.ts'
export { through, type Access, type ModelAccess } from './access/declaration.ts'
export { jwt } from './authenticate/jwt.ts'
export { railsSession, type RailsSessionOptions } from './authenticate/rails-session.ts'
export { sessionCookie, type SessionCookieOptions } from './authenticate/session-cookie.ts'
export {
  cookieHeader,
  cookiesNamed,
  expiredCookieHeader,
  verifyCookie,
  type CookieOptions,
} from './authenticate/signed-cookie.ts'
export type { Session, StoredSessions } from './authenticate/stored-session.ts'
export type { Authenticate, Identity } from './identity.ts'
export {
  broadcastEntityCreated,
  broadcastEntityDeleted,
  broadcastEntityUpdate,
  broadcastEntityUpdated,
} from './broadcast-entity.ts'
export type { Broadcast } from './explain/broadcast-watch.ts'
export type { BroadcastPlan } from './explain/broadcasts.ts'
export type { ConnectionInfo } from './explain/connections.ts'
export type { ReadingExplanation } from './explain/reading.ts'
export type { Health } from './core.ts'
export type { PagePosition } from './page-position.ts'
export type { IdOptions, ModelIds } from './ids/ids.ts'
export type { IdScheme } from './ids/obfuscation.ts'
export { defaultLimits, type Limits, type Rate } from './limits.ts'
export type { Logger } from './logger.ts'
export { migrate, type MigrationSubject } from './migrate.ts'
export { databaseUrl } from './environment.ts'
export type { Author } from './write-as.ts'
