/**
 * Finds tables that were not captured for a while, and makes every room of theirs load again (L1).
 *
 * A trigger that somebody disabled logs nothing, and once it is enabled again nothing shows what was missed. But its
 * catalog row has changed: `syncline.known_triggers` remembers the transaction that last did so.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Connection, Database } from '../database.ts'
import { BITS, CAPTURING_TRIGGERS } from './capture-triggers.ts'
import { slugOf } from './captured-table.ts'
import { healPartitions, type UnseenPartition } from './heal-partitions.ts'
import { logFunctionName } from './log-function.ts'
import { findMisplacedTriggers, type MisplacedTrigger } from './misplaced-triggers.ts'
import { reloadRooms } from './reload-rooms.ts'
import { type Renewal, renewFunctions } from './renew-functions.ts'
import { stampFunctionName } from './stamp-function.ts'
import { literal } from './sql-text.ts'
import { truncateFunctionName } from './truncate-function.ts'

export interface Healing extends Renewal {
  /** Tables, as declared, that lack a trigger or whose trigger is disabled: their changes are not logged. */
  readonly uncaptured: readonly string[]
  /** Tables, as declared, whose rooms were told to load again, because triggers of theirs had been changed or were missing. */
  readonly reloaded: readonly string[]
  /** Partitions whose TRUNCATE was not seen; those that could be given its trigger are captured now. */
  readonly partitions: readonly UnseenPartition[]
  /** Triggers of the application whose names sort where capture does not expect them. */
  readonly misplaced: readonly MisplacedTrigger[]
}

interface TriggerState {
  readonly function: string
  /** Bits of `pg_trigger.tgtype`. */
  readonly type: number
  readonly xmin: string
  readonly known: string | null
}

const NAMES = CAPTURING_TRIGGERS.map(literal).join(', ')

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
  const partitions = await healPartitions(connection)
  const isHealed = ({ table }: Model) => {
    const name = truncateFunctionName({ slug: slugOf(table) })
    return partitions.some((each) => each.outcome === 'healed' && each.function === name)
  }
  const reloading = models.filter((each) => changed.includes(each) || isHealed(each.model))
  for (const { model } of reloading)
    for (const statement of reloadRooms(schema, model)) await connection.query(statement)
  if (states.some((state) => state.known !== state.xmin)) await connection.query(REMEMBER)
  const tables = (some: typeof models) => some.map(({ model }) => model.table)
  const misplaced = await findMisplacedTriggers(connection, schema)
  const renewal = await renewFunctions(connection, schema)
  return { uncaptured: tables(uncaptured), reloaded: tables(reloading), partitions, misplaced, ...renewal }
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
