/** Device rows, as this process remembers them and as the database has them. */
import type { Database } from '../database.ts'
import { openConflicts } from './conflict-store.ts'
import { type DeviceState, newDevice } from './device-state.ts'
import type { KeptConflict, Rejection } from './writer.ts'

/** Most devices remembered; the least used go first. */
const MAX_REMEMBERED = 50_000

// A row that came out of another cluster's dump may name a transaction that this one has not reached.
const LOAD = `select d.user_id, d.last_op, d.last_key, d.recent_keys,
  case when d.xid < pg_snapshot_xmax(pg_current_snapshot()) then d.xid::text end as xid,
  exists (select 1 from syncline.rejections r where r.device = d.device) as has_unread
  from syncline.devices d where d.device = $1`

const REJECTIONS = `select n, code, message, model, id, field, tx from syncline.rejections where device = $1 order by n`

interface DeviceRow {
  user_id: string
  last_op: string
  last_key: string | null
  recent_keys: number[]
  xid: string | null
  has_unread: boolean
}

export class DeviceStore {
  readonly #database: Pick<Database, 'query'>
  readonly #remembered = new Map<string, DeviceState>()
  /** Remembered last. */
  #newest: string | undefined

  constructor(database: Pick<Database, 'query'>) {
    this.#database = database
  }

  /** The device's row as this process saw it last. */
  remembered(device: string): DeviceState | undefined {
    return this.#remembered.get(device)
  }

  /** The device's row from the database. */
  async load(device: string, userId: string): Promise<DeviceState> {
    const [row] = await this.#database.query<DeviceRow>({
      text: LOAD,
      values: [device],
      name: 'syncline_device',
    })
    if (!row) return newDevice(userId)
    return {
      userId: row.user_id,
      lastOp: Number(row.last_op),
      ...(row.last_key === null ? {} : { lastKey: row.last_key }),
      recentKeys: row.recent_keys,
      xid: row.xid,
      hasUnread: row.has_unread,
    }
  }

  remember(device: string, state: DeviceState): void {
    // Moved to the end, unless it is there already: a map that is deleted from is made anew again and again.
    if (device !== this.#newest) this.#remembered.delete(device)
    this.#remembered.set(device, state)
    this.#newest = device
    if (this.#remembered.size <= MAX_REMEMBERED) return
    const [oldest] = this.#remembered.keys()
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }

  forget(device: string): void {
    this.#remembered.delete(device)
  }

  /** Forgets everything: the database may be another one than before. */
  forgetAll(): void {
    this.#remembered.clear()
  }

  /** Removes the rejections that the device has read. */
  async markRead(device: string, read: number): Promise<void> {
    await this.#database.query('delete from syncline.rejections where device = $1 and n <= $2', [
      device,
      read,
    ])
  }

  /** The rejections that the device has not read, oldest first. */
  async rejections(device: string): Promise<Rejection[]> {
    const rows = await this.#database.query<{ [Name in keyof Rejection]: unknown }>(REJECTIONS, [device])
    return rows.map(({ n, field, tx, ...rest }) => ({
      n: Number(n),
      ...(rest as Pick<Rejection, 'code' | 'message' | 'model' | 'id'>),
      ...(field === null ? {} : { field: field as string }),
      ...(tx === null ? {} : { tx: Number(tx) }),
    }))
  }

  /** The conflicts of a user that nobody has closed, oldest first. */
  async conflicts(userId: string): Promise<KeptConflict[]> {
    const open = await openConflicts(this.#database, [userId])
    return open.map(({ conflict }) => conflict)
  }

  /** Closes a conflict of a user; false when there is no such open one. */
  async closeConflict(id: string, userId: string): Promise<boolean> {
    const rows = await this.#database.query(
      'update syncline.conflicts set seen_at = clock_timestamp() where id::text = $1 and user_id = $2 and seen_at is null returning 1',
      [id, userId],
    )
    return rows.length > 0
  }
}
