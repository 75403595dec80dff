/**
 * Finds tables that were not captured for a while, and makes every room of theirs load again (L1).
 *
 * A trigger that somebody disabled logs nothing, and once it is enabled again nothing shows what was missed. But its
 * catalog row has changed: `syncline.known_triggers` remembers the transaction that last did so.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Connection, Database } from '../database.ts'
import {
  BITS,
  LOG_TRIGGER,
  LOG_UPDATE_TRIGGER,
  STAMP_TRIGGER,
  STAMP_UPDATE_TRIGGER,
} from './capture-triggers.ts'
import { slugOf } from './captured-table.ts'
import { logFunctionName } from './log-function.ts'
import { stampFunctionName } from './stamp-function.ts'
import { literal } from './sql-text.ts'
import { quoteIdentifier } from '../sql.ts'
import { WAKE_CHANNEL } from '../log/wake.ts'

export interface Healing {
  /** Tables, as declared, that lack a trigger or whose trigger is disabled: their changes are not logged. */
  readonly uncaptured: readonly string[]
  /** Tables, as declared, whose rooms were told to load again, because triggers of theirs had been changed. */
  readonly reloaded: readonly string[]
}

interface TriggerState {
  readonly function: string
  /** Bits of `pg_trigger.tgtype`. */
  readonly type: number
  readonly xmin: string
  readonly known: string | null
}

const NAMES = [STAMP_TRIGGER, STAMP_UPDATE_TRIGGER, LOG_TRIGGER, LOG_UPDATE_TRIGGER].map(literal).join(', ')

const ENABLED_TRIGGERS = `from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid and p.pronamespace = to_regnamespace('syncline')
  where t.tgparentid = 0 and t.tgname in (${NAMES}) and t.tgenabled in ('O', 'A')`

/** Looks once; what it tells the rooms and what it remembers is one transaction. */
export function healCapture(database: Database, schema: CompiledSchema): Promise<Healing> {
  return database.transaction((connection) => healWithin(connection, schema))
}

/** As `healCapture`, inside the caller's transaction. */
export async function healWithin(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
): Promise<Healing> {
  const states = await connection.query<TriggerState>(
    `select e.*, k.changed as known from (select p.proname as function, t.tgname as name, t.tgtype as type, t.xmin::text as xmin ${ENABLED_TRIGGERS}) as e
     left join syncline.known_triggers k on k.function = e.function and k.name = e.name`,
  )
  const models = Object.values(schema.models).map((model) => captureOf(model, states))
  const uncaptured = models.filter(({ isCaptured }) => !isCaptured)
  const changed = models.filter(({ isCaptured, found }) => isCaptured && found.some(isChanged))
  for (const { model } of changed) await reloadRooms(connection, schema, model)
  if (states.some((state) => state.known !== state.xmin)) await connection.query(REMEMBER)
  const tables = (some: typeof models) => some.map(({ model }) => model.table)
  return { uncaptured: tables(uncaptured), reloaded: tables(changed) }
}

/** A trigger that is seen for the first time has missed nothing that anybody was shown. */
const isChanged = ({ known, xmin }: TriggerState) => known !== null && known !== xmin

/** Whatever its triggers are called: a database that has not been migrated since they were apart is captured too. */
function captureOf(model: Model, states: readonly TriggerState[]) {
  const slug = slugOf(model.table)
  const [stamp, log] = [stampFunctionName({ slug }), logFunctionName({ slug })]
  const found = states.filter((state) => state.function === stamp || state.function === log)
  const sees = (name: string, events: number) =>
    found.reduce((seen, state) => (state.function === name ? seen | state.type : seen), 0) & events
  const { insert, update } = BITS
  const all = insert + update + BITS.delete
  const isCaptured = sees(stamp, insert + update) === insert + update && sees(log, all) === all
  return { model, found, isCaptured }
}

/** A disabled trigger stays as it was known, so that its return is noticed. */
const REMEMBER = `insert into syncline.known_triggers (function, name, changed)
  select p.proname, t.tgname, t.xmin::text ${ENABLED_TRIGGERS}
  on conflict (function, name) do update set changed = excluded.changed`

/** Every room that may have missed a change: those that there are, and those that the log remembers. */
async function reloadRooms(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
  model: Model,
): Promise<void> {
  const rooms = [
    ...new Set(model.rooms.map(({ root }) => root).concat(model.isRoot ? [model.name] : [])),
  ].map((root) => roomsOf(schema.models[root] as Model))
  const all = model.shared ? [`select ${literal(`${model.channel}:all`)}`] : []
  const text = [...rooms, ...all].join(' union ') || 'select null'
  await connection.query(`insert into syncline.log (room, model, id, action, version)
    select r.room, ${literal(model.name)}, '', 'truncate', 0 from (${text}) as r (room)`)
  await connection.query(`select pg_notify('${WAKE_CHANNEL}', '')`)
}

function roomsOf(root: Model): string {
  const prefix = literal(`${root.channel}:`)
  return `select ${prefix} || left(t.${quoteIdentifier(root.idColumn)}::text, 250) from ${quoteIdentifier(root.table)} as t
    union select l.room from syncline.log as l where starts_with(l.room, ${prefix}) and l.room <> ${literal(`${root.channel}:all`)}`
}
