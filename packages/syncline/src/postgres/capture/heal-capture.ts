/**
 * Finds tables that were not captured for a while, and makes every room of theirs load again (L1).
 *
 * A trigger that somebody disabled logs nothing, and once it is enabled again nothing shows what was missed. But its
 * catalog row has changed: `syncline.known_triggers` remembers the transaction that last did so. Rows that leave or come
 * with a partition are in no log either; there it remembers which partitions there are, and the transactions that attached
 * them.
 *
 * Triggers count on the table that the declaration names today: who copies a table and swaps the names takes them away
 * with the former one.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Connection, Database } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
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
  /** Tables, as declared, whose rooms were told to load again, because triggers or partitions of theirs had been changed or were missing. */
  readonly reloaded: readonly string[]
  /** Partitions whose TRUNCATE was not seen; those that could be given its trigger are captured now. */
  readonly partitions: readonly UnseenPartition[]
  /** Triggers of the application whose names sort where capture does not expect them. */
  readonly misplaced: readonly MisplacedTrigger[]
}

/** Of a trigger, or of the partitions of its table. */
interface TriggerState {
  readonly function: string
  /** Bits of `pg_trigger.tgtype`; 0 for partitions. */
  readonly type: number
  readonly state: string
  /** The state that it was last seen in. */
  readonly known: string | null
}

const NAMES = CAPTURING_TRIGGERS.map(literal).join(', ')

/** Stands for a table's partitions, in a row beside those of its triggers: servers of an earlier version know only these. */
const PARTITIONS = 'partitions'

/** Parameters: names of functions, and for each the table, quoted, whose triggers call it. */
const STATES = `with wanted as (
    select w.function, c.oid, c.relkind from unnest($1::text[], $2::text[]) as w (function, "table")
    join pg_class c on c.oid = to_regclass(w."table")
  )
  select wanted.function, t.tgname::text as name, t.tgtype as type, t.xmin::text as state
  from wanted join pg_trigger t on t.tgrelid = wanted.oid
  join pg_proc p on p.oid = t.tgfoid and p.proname = wanted.function and p.pronamespace = to_regnamespace('syncline')
  where t.tgparentid = 0 and t.tgname in (${NAMES}) and t.tgenabled in ('O', 'A')
  union all
  select wanted.function, '${PARTITIONS}', 0::int2, (
    select coalesce(md5(string_agg(i.inhrelid || '/' || i.xmin, ',' order by i.inhrelid)), '')
      from pg_partition_tree(wanted.oid) as tree join pg_inherits i on i.inhrelid = tree.relid)
  from wanted where wanted.relkind = 'p'`

/** Looks once; what it tells the rooms and what it remembers is one transaction. */
export function healCapture(database: Database, schema: CompiledSchema): Promise<Healing> {
  return database.transaction((connection) => healWithin(connection, schema))
}

/** As `healCapture`, inside the caller's transaction. */
export async function healWithin(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
): Promise<Healing> {
  const wanted = Object.values(schema.models).flatMap((model) =>
    functionsOf(model).map((name) => [name, quoteIdentifier(model.table)] as const),
  )
  const parameters = [wanted.map(([name]) => name), wanted.map(([, table]) => table)]
  const states = await connection.query<TriggerState & Record<string, unknown>>(
    `select e.*, k.changed as known from (${STATES}) as e
     left join syncline.known_triggers k on k.function = e.function and k.name = e.name`,
    parameters,
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
  if (states.some(({ known, state }) => known !== state)) await connection.query(REMEMBER, parameters)
  const tables = (some: typeof models) => some.map(({ model }) => model.table)
  const misplaced = await findMisplacedTriggers(connection, schema)
  const renewal = await renewFunctions(connection, schema)
  return { uncaptured: tables(uncaptured), reloaded: tables(reloading), partitions, misplaced, ...renewal }
}

/** A trigger that is seen for the first time has missed nothing that anybody was shown. */
const isChanged = ({ known, state }: TriggerState) => known !== null && known !== state

/** What stamps and what logs. */
function functionsOf({ table }: Model): [string, string] {
  const slug = slugOf(table)
  return [stampFunctionName({ slug }), logFunctionName({ slug })]
}

/** Whatever its triggers are called: a database that has not been migrated since they were apart is captured too. */
function captureOf(model: Model, states: readonly TriggerState[]) {
  const [stamp, log] = functionsOf(model)
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
  select e.function, e.name, e.state from (${STATES}) as e
  on conflict (function, name) do update set changed = excluded.changed`
