/**
 * Finds partitions whose TRUNCATE nobody would see, and gives them the trigger (L1).
 *
 * PostgreSQL gives a new partition the row triggers of its table, but not those of statements, and TRUNCATE of a
 * partition fires none but its own.
 */
import type { Connection } from '../database.ts'
import { BITS, createTrigger, TRUNCATE_TRIGGER } from './capture-triggers.ts'
import { qualified } from './captured-table.ts'
import type { TableDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'

export interface UnseenPartition {
  /** Quoted and qualified. */
  readonly partition: string
  /** That of the whole table: `truncate_cameras`. */
  readonly function: string
  /** `locked`: somebody held the partition for too long, and the next look tries again. */
  readonly outcome: 'healed' | 'locked' | 'forbidden'
}

const UNSEEN_PARTITIONS = `select n.nspname as schema, c.relname as name, p.proname as function,
    has_table_privilege(c.oid, 'TRIGGER') and has_function_privilege(p.oid, 'EXECUTE') as "isAllowed"
  from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid and p.pronamespace = to_regnamespace('syncline')
  join pg_class root on root.oid = t.tgrelid and root.relkind = 'p'
  cross join lateral pg_partition_tree(root.oid) as tree
  join pg_class c on c.oid = tree.relid
  join pg_namespace n on n.oid = c.relnamespace
  where t.tgname = '${TRUNCATE_TRIGGER}' and tree.isleaf and c.relkind = 'r'
    and not exists (select from pg_trigger own where own.tgrelid = c.oid and own.tgname = t.tgname)
  order by 1, 2`

const LOCK_NOT_AVAILABLE = '55P03'

interface FoundPartition {
  readonly schema: string
  readonly name: string
  readonly function: string
  readonly isAllowed: boolean
}

/** Looks once, inside the caller's transaction. */
export async function healPartitions(connection: Pick<Connection, 'query'>): Promise<UnseenPartition[]> {
  const healed: UnseenPartition[] = []
  for (const found of await connection.query<FoundPartition>(UNSEEN_PARTITIONS)) {
    const outcome = found.isAllowed ? await heal(connection, found) : 'forbidden'
    healed.push({ partition: qualified(found), function: found.function, outcome })
  }
  return healed
}

/** Waits but briefly for the lock: whoever writes the partition meanwhile waits behind it. */
async function heal(
  connection: Pick<Connection, 'query'>,
  found: FoundPartition,
): Promise<'healed' | 'locked'> {
  await connection.query("savepoint heal; set local lock_timeout = '200ms'")
  try {
    await connection.query(truncateTrigger(found))
    return 'healed'
  } catch (error) {
    await connection.query('rollback to savepoint heal')
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
    return 'locked'
  }
}

function truncateTrigger(partition: FoundPartition): string {
  return createTrigger({
    name: TRUNCATE_TRIGGER,
    table: qualified(partition),
    function: partition.function,
    type: BITS.before + BITS.truncate,
  })
}

/** Partitions, unquoted, that lack the trigger although their table has it. */
export function unseenPartitions(table: TableDescription): string[] {
  const has = (triggers: TableDescription['triggers']) =>
    triggers.some(({ name }) => name === TRUNCATE_TRIGGER)
  if (!has(table.triggers)) return []
  return table.leaves.filter(({ triggers }) => !has(triggers)).map(({ schema, name }) => `${schema}.${name}`)
}

/** Those partitions of a table, as differences. */
export function partitionDrift(table: string, found: TableDescription | undefined): Drift[] {
  return (found === undefined ? [] : unseenPartitions(found)).map((partition) => ({
    kind: 'partition_uncaptured',
    table,
    isBlocking: false,
    message: `Partition \`${partition}\` of \`${table}\` has no trigger \`${TRUNCATE_TRIGGER}\`: what a TRUNCATE of it removes stays on devices. Run \`npx syncline migrate\`: its rooms then load again.`,
  }))
}
