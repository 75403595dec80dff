/**
 * Which records a device may hold, by channel: it knows records but no rooms, and can be told only one by one what has
 * gone while its place in the log was lost (L4).
 *
 * Kept as steps, one for each channel and number with which records came or went, so that a change in a large room writes
 * little; steps are added up when there are many. An answer may have been lost, or not: what a number brought counts
 * from the beginning, what it took and replaced only once the device has asked with that number or a later one.
 */
import type { Connection, Database } from '../database.ts'

/** Ids by the name of their model, as the device knows them. */
export type IdsByModel = Readonly<Record<string, readonly string[]>>

/** What one answer says of a channel's records. */
export interface GivenStep {
  readonly channel: string
  /** Whether `came` is all that the channel holds. */
  readonly whole: boolean
  readonly came: IdsByModel
  readonly went: IdsByModel
}

/** A device that asks. */
export interface Asking {
  readonly userId: string
  readonly device: string
  /** The last number whose answer it has certainly got. */
  readonly settled: number
}

/** A channel's steps are added up beyond so many. */
const STEPS_KEPT = 30

const CHANNELS_SINCE =
  'select distinct channel from syncline.given where user_id = $1 and device = $2 and server_seq > $3'

const FIND = `select channel, server_seq::text as "serverSeq", whole, came::text as came, went::text as went
from syncline.given where user_id = $1 and device = $2 and channel = any($3) order by server_seq`

const OPEN = `update syncline.given set whole = false, went = '{}'
where user_id = $1 and device = $2 and server_seq > $3 and (whole or went::text <> '{}')`

const SETTLE = `delete from syncline.given as g where g.user_id = $1 and g.device = $2 and g.server_seq <= $3 and (
  g.whole and g.came::text = '{}' or exists (
    select from syncline.given as later where later.user_id = $1 and later.device = $2 and later.server_seq <= $3
    and later.channel = g.channel and later.whole and later.server_seq > g.server_seq))`

const LONG = `select channel from syncline.given where user_id = $1 and device = $2 and channel = any($3)
group by channel having count(*) > ${STEPS_KEPT}`

const REMOVE = 'delete from syncline.given where user_id = $1 and device = $2 and channel = any($3)'

const ADD = `insert into syncline.given (user_id, device, channel, server_seq, whole, came, went)
select $1, $2, step.channel, $3, step.whole, step.came, step.went
from json_to_recordset($4::json) as step(channel text, whole boolean, came json, went json)`

const NOTHING: IdsByModel = {}

/** Channels of which the device has been given records, or not, by answers that it has perhaps not got. */
export async function channelsGivenSince(
  database: Database,
  { userId, device, settled }: Asking,
): Promise<string[]> {
  const rows = await database.query<{ channel: string }>(CHANNELS_SINCE, [userId, device, settled])
  return rows.map(({ channel }) => channel)
}

/** The records that the device may hold by each of the channels. */
export async function findGiven(
  database: Pick<Database, 'query'>,
  { userId, device, settled }: Asking,
  channels: readonly string[],
): Promise<ReadonlyMap<string, IdsByModel>> {
  if (channels.length === 0) return new Map()
  const held = new Map<string, Map<string, Set<string>>>()
  for (const row of await database.query<StepRow>(FIND, [userId, device, channels])) {
    const isSettled = Number(row.serverSeq) <= settled
    const before =
      (isSettled && row.whole ? undefined : held.get(row.channel)) ?? new Map<string, Set<string>>()
    held.set(row.channel, before)
    for (const [model, id] of eachId(row.came)) before.set(model, (before.get(model) ?? new Set()).add(id))
    if (isSettled) for (const [model, id] of eachId(row.went)) before.get(model)?.delete(id)
  }
  return new Map([...held].map(([channel, models]) => [channel, asLists(models)]))
}

interface StepRow {
  readonly channel: string
  readonly serverSeq: string
  readonly whole: boolean
  readonly came: string
  readonly went: string
}

function eachId(text: string): [model: string, id: string][] {
  return Object.entries(JSON.parse(text) as IdsByModel).flatMap(([model, ids]) =>
    ids.map((id): [string, string] => [model, id]),
  )
}

const asLists = (models: ReadonlyMap<string, ReadonlySet<string>>): IdsByModel =>
  Object.fromEntries([...models].map(([model, ids]) => [model, [...ids]]))

/** Keeps the steps of the answer that the device gets with this number. Call it where no other answer is kept meanwhile. */
export async function keepGiven(
  connection: Connection,
  asking: Asking,
  serverSeq: string,
  steps: readonly GivenStep[],
): Promise<void> {
  const { userId, device, settled } = asking
  // What an answer took that the device has perhaps not got, it may hold still.
  if (Number(serverSeq) > settled + 1) await connection.query(OPEN, [userId, device, settled])
  if (steps.length === 0) return
  await connection.query(SETTLE, [userId, device, settled])
  await addUp(connection, asking, steps)
  await connection.query(ADD, [userId, device, serverSeq, JSON.stringify(steps)])
}

/** Puts one step in the place of many, for the channels that get a further one. */
async function addUp(connection: Connection, asking: Asking, steps: readonly GivenStep[]): Promise<void> {
  const { userId, device, settled } = asking
  const changed = steps.map(({ channel }) => channel)
  const long = await connection.query<{ channel: string }>(LONG, [userId, device, changed])
  if (long.length === 0) return
  const channels = long.map(({ channel }) => channel)
  const held = await findGiven(connection, asking, channels)
  const sums = [...held].map(([channel, came]) => ({ channel, whole: false, came, went: NOTHING }))
  await connection.query(REMOVE, [userId, device, channels])
  await connection.query(ADD, [userId, device, Math.max(settled, 0), JSON.stringify(sums)])
}
