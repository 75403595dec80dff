/** Looks over an application's declaration and database for what keeps pages from refreshing; changes nothing. */
import type { Drift } from '../../postgres/capture/drift.ts'
import type { Database } from '../../postgres/database.ts'
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import type { Model } from '../../schema/model.ts'
import { findRuleFaults } from '../access/check-rules.ts'
import { compileAccess } from '../access/compile-access.ts'
import type { Access, AccessDeclaration } from '../access/declaration.ts'
import type { Authenticate } from '../identity.ts'
import { findDrift, findWrongRooms } from '../migrate.ts'
import { findRoomless } from './find-roomless.ts'

/** One thing that was looked at. */
export interface Finding {
  /** `bad` keeps something from working, `note` may be meant so. */
  readonly is: 'well' | 'note' | 'bad'
  readonly about: 'database' | 'schema' | 'access' | 'log' | 'settings' | 'server'
  /** Fact, value, remedy. */
  readonly message: string
}

export interface Patient {
  readonly schema: Schema
  readonly database: Database
  readonly access?: AccessDeclaration
  readonly authenticate?: Authenticate | readonly Authenticate[]
}

/** Looks at one thing after the other; throws when the database does not answer. */
export async function diagnose(patient: Patient): Promise<readonly Finding[]> {
  return [
    ...(await examineDatabase(patient)),
    ...(await examineCapture(patient)),
    ...(await examineAccess(patient)),
    ...examineBroadcasts(patient),
  ]
}

async function examineDatabase({ database }: Patient): Promise<Finding[]> {
  const [row] = await database.query<{ version: string; standby: boolean }>(
    `select current_setting('server_version') as version, pg_is_in_recovery() as standby`,
  )
  const major = Number.parseInt(row?.version ?? '', 10)
  if (row?.standby) {
    return [bad('database', 'The database is a standby, whose log may not be followed. Name the primary.')]
  }
  if (major < 13) {
    return [bad('database', `The database is PostgreSQL ${row?.version}. Syncline needs 13 or later.`)]
  }
  return [well('database', `PostgreSQL ${row?.version} answers, and is a primary.`)]
}

async function examineCapture(patient: Patient): Promise<Finding[]> {
  const subject = { ...patient, access: (patient.access ?? {}) as Access<Schema, User> }
  // Without the rules nobody knows which further tables they read.
  const drift = (await findDrift(subject)).filter(({ kind }) => patient.access || kind !== 'not_declared')
  const found = [...drift.map(findingOf), ...(await examineRooms(subject))]
  // Where something does not work, its columns may not be there yet.
  const roomless = found.some(({ is }) => is === 'bad') ? [] : await examineRoomless(patient)
  if (found.length > 0) return [...found, ...roomless]
  return [
    well('log', 'Every declared table is captured, and every trigger is enabled.'),
    await newest(patient),
    ...roomless,
  ]
}

async function examineRoomless({ database, schema }: Patient): Promise<Finding[]> {
  try {
    return (await findRoomless(database, schema)).map((message) => note('schema', message))
  } catch (error) {
    return [note('schema', `Whether records are in no room could not be read: ${(error as Error).message}.`)]
  }
}

/** Reads whole tables; what keeps it from that must not hide what else was found. */
async function examineRooms(subject: Parameters<typeof findWrongRooms>[0]): Promise<Finding[]> {
  try {
    return (await findWrongRooms(subject)).map(findingOf)
  } catch (error) {
    return [
      note(
        'log',
        `Whether every record is in its room could not be read: ${(error as Error).message}. Look again as a role that may read every declared table.`,
      ),
    ]
  }
}

function findingOf({ message, isBlocking, kind }: Drift): Finding {
  return isBlocking || KEEPS_FROM_WORKING.has(kind) ? bad('log', message) : note('log', message)
}

const KEEPS_FROM_WORKING: ReadonlySet<Drift['kind']> = new Set([
  'not_migrated',
  'trigger_disabled',
  'trigger_after_stamp',
  'trigger_before_log',
  'partition_uncaptured',
  'type_changed',
  'wrong_room',
])

async function newest({ database }: Patient): Promise<Finding> {
  const [row] = await database.query<{ model: string; at: string }>(
    `select model, to_char(at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as at from syncline.log order by xid desc, seq desc limit 1`,
  )
  if (row) return well('log', `The newest change in the log is one of \`${row.model}\`, at ${row.at} UTC.`)
  return note('log', 'The log is empty. Change a record of a declared table and look again.')
}

async function examineAccess({ schema, database, access }: Patient): Promise<Finding[]> {
  if (!access) {
    return [
      note(
        'access',
        'Nothing beside the schema exports `access`, so no rule was looked at. Are the rules in the server’s file? Export them from access.ts, and import them there. Without a rule nobody reads anything.',
      ),
    ]
  }
  const faults = await findRuleFaults(database, schema, access as Access<Schema, User>)
  const rules = compileAccess(schema, access)
  const unread = Object.values(schema.models).filter((model) => rules.readingRules(model).length === 0)
  return [
    ...faults.map(({ message }) => bad('access', message)),
    ...unread.map(({ name }) =>
      note(
        'access',
        `\`${name}\` has no reading rule, so nobody may subscribe to its records. Add \`accessibleBy\` or through(reference) to \`access.${name}\`.`,
      ),
    ),
    ...(faults.length + unread.length === 0
      ? [well('access', 'Every model has a reading rule that the database understands.')]
      : []),
  ]
}

function examineBroadcasts({ schema, access = {} }: Patient): Finding[] {
  const models = Object.values(schema.models)
  const isWithoutRule = ({ name, broadcastsTo }: Model) => broadcastsTo.includes('all') && !access[name]?.all
  const silent = models.filter(
    ({ broadcastsTo, broadcastsOnChangeOf = [] }) => broadcastsTo.length + broadcastsOnChangeOf.length === 0,
  )
  return [
    ...models
      .filter(isWithoutRule)
      .map(({ name }) =>
        bad(
          'schema',
          `\`${name}\` broadcasts to \`:all\`, which nobody may subscribe to: \`access.${name}.all\` is missing. Add all: (user) => ….`,
        ),
      ),
    ...silent.map(({ name, channel }) =>
      note(
        'schema',
        `\`${name}\` broadcasts only to \`${channel}:{id}\`. If a list or a parent’s page shows it, add broadcastsTo: ['all'] or the name of its reference.`,
      ),
    ),
  ]
}

function well(about: Finding['about'], message: string): Finding {
  return { is: 'well', about, message }
}

function note(about: Finding['about'], message: string): Finding {
  return { is: 'note', about, message }
}

function bad(about: Finding['about'], message: string): Finding {
  return { is: 'bad', about, message }
}
