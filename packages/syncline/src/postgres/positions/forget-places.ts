/**
 * Forgets where devices stand that nobody has asked with for long, and what they hold; they begin anew (`reset`).
 *
 * A place outlives the log that it points into: what went meanwhile is told by what the device was given
 * (docs/decisions/0020). It stays for 90 days, or as long as the log does where that is longer.
 */
import type { Database } from '../database.ts'

const LEAST_MS = 90 * 24 * 3_600_000
/** Devices in one run; a later run forgets more. */
const DEVICES_AT_ONCE = 1_000

const UNUSED = `select distinct user_id as "userId", device from syncline.positions as p
where at < clock_timestamp() - $1 * interval '1 ms' and not exists (
  select from syncline.positions as later where later.user_id = p.user_id and later.device = p.device
  and later.at >= clock_timestamp() - $1 * interval '1 ms')
limit ${DEVICES_AT_ONCE}`

// The row's own time stands beside the newest one: a device that comes back meanwhile has touched the row that it needs.
const FORGET = `delete from syncline.positions where user_id = $2 and device = $3
and at < clock_timestamp() - $1 * interval '1 ms'`

const FORGET_GIVEN = `delete from syncline.given where user_id = $1 and device = $2 and not exists (
  select from syncline.positions where user_id = $1 and device = $2)`

interface UnusedDevice {
  readonly userId: string
  readonly device: string
}

/** Forgets devices that asked no more for `retentionMs`, at least 90 days. Several servers may do so at the same time. */
export async function forgetPlaces(database: Database, retentionMs: number): Promise<void> {
  const [found] = await database.query<{ exists: boolean }>(
    "select to_regclass('syncline.positions') is not null as exists",
  )
  // A log without a server: nobody stands anywhere.
  if (!found?.exists) return
  const unusedMs = Math.max(LEAST_MS, retentionMs)
  for (const device of await database.query<UnusedDevice & Record<string, unknown>>(UNUSED, [unusedMs]))
    await forget(database, device, unusedMs)
}

function forget(database: Database, { userId, device }: UnusedDevice, unusedMs: number): Promise<void> {
  return database.transaction(async (connection) => {
    await connection.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      placeLock(userId, device),
    ])
    await connection.query(FORGET, [unusedMs, userId, device])
    await connection.query(FORGET_GIVEN, [userId, device])
  })
}

/** Whoever changes what is known of a device holds the lock of this name. */
export function placeLock(userId: string, device: string): string {
  return `syncline positions ${userId} ${device}`
}
