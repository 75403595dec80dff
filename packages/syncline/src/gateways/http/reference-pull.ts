/**
 * `GET /sync/pull?since=<number>&deviceId=…` → `{ops, serverSeq, more}`: everything that the user may read and the device
 * has not seen, for clients that know a place in the log as a number.
 *
 *   L2, L4   the number stands for a cursor per channel that the server keeps; one it does not know loads everything
 *   C1       a record that moves between rooms which are read one after the other is deleted nowhere (`reference-moves.ts`);
 *            what went while a place was lost, and all of a room that the user may no longer read, is deleted by its id
 *            (`reference-given.ts`)
 *   bounded  an answer ends behind the channel that fills it; its number stands where each channel stands, reached or not
 *   A1       the channels are those that the user may read now
 */
import { findPlace, keepCursors } from '../../postgres/positions/positions.ts'
import { sql } from '../../postgres/sql.ts'
import { roomChannel } from '../../protocol/channel.ts'
import { MAX_NAME_LENGTH } from '../../protocol/limits.ts'
import type { User } from '../../protocol/user.ts'
import { isStorableText } from '../../schema/check-text.ts'
import type { Core, PullJoin, Refusal } from '../../server/core.ts'
import { type Refused, json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { column, RECORD } from './rest/record-sql.ts'
import { departuresOf } from './reference-given.ts'
import { CHANNELS_AT_ONCE, withoutMoves } from './reference-moves.ts'
import { type PulledMessage, type PulledOp, opsOf } from './reference-ops.ts'

const BAD_NUMBER: Refused = {
  code: 'invalid_value',
  message: '`since` is no number. Send `serverSeq` of the last answer, or 0 for everything.',
  field: 'since',
}

const BAD_DEVICE: Refused = {
  code: 'invalid_value',
  message: `\`deviceId\` is longer than ${MAX_NAME_LENGTH} characters, or no text. Send the id of this device.`,
  field: 'deviceId',
}

/** An answer of so many operations is full. A room is never cut: its rows are one snapshot (L5). */
const FULL = 10_000

/** Answers all channels that the user may read, as one list of operations. */
export async function referencePull({ core, identity, url }: Call, since: string): Promise<Response> {
  if (!/^\d{1,15}$/.test(since)) return refusal(BAD_NUMBER)
  const { user } = identity
  const device = url.searchParams.get('deviceId') ?? ''
  if (device.length > MAX_NAME_LENGTH || !isStorableText(device)) return refusal(BAD_DEVICE)
  const { cursors: found, asking } = await findPlace(core.database, user.id, device, since)
  const known = found ?? {}
  const channels = await readableChannels(core, user)
  const read = await readChannels(core, { user, device }, known, channels)
  if ('refused' in read) return refusal(read.refused)
  const { cursors, more } = read
  const given = await departuresOf(core, asking, { ...read, known, readable: new Set(channels) })
  const ops = await withoutMoves(core, user, [...given.departures, ...read.pulled], cursors)
  const serverSeq = await keepCursors(core.database, asking, cursors, given.steps)
  const numbered = ops.map((op) => ({ server_seq: serverSeq, ...op }))
  return json(200, { ops: numbered, serverSeq, more, ...(found ? {} : { reset: true }) })
}

/** What an answer is made of. */
interface Read {
  readonly pulled: readonly PulledOp[]
  /** Channels of which all was read, because they were not continued. */
  readonly loaded: ReadonlySet<string>
  /** Where the device stands with it. */
  readonly cursors: Readonly<Record<string, string>>
  readonly more: boolean
}

/** Reads channel after channel until the answer is full. */
async function readChannels(
  core: Core,
  { user, device }: { readonly user: User; readonly device: string },
  known: Readonly<Record<string, string>>,
  channels: readonly string[],
): Promise<Read | { readonly refused: Refusal }> {
  const cursors = Object.fromEntries(channels.flatMap((channel) => placeOf(known, channel)))
  const joins = joinsOf(channels, known)
  const asker = { device, user: core.shown.user(user.id) }
  const pulled: PulledOp[] = []
  const loaded = new Set<string>()
  while (joins.length > 0 && pulled.length < FULL) {
    const portion = joins.splice(0, CHANNELS_AT_ONCE)
    const answer = await core.pull({ user, joins: portion, enough: FULL - pulled.length })
    if ('refused' in answer) return answer
    const answered = new Set<string>()
    for (const text of answer.messages) {
      const message = JSON.parse(text) as PulledMessage
      answered.add(message.channel)
      if (message.type === 'joined') cursors[message.channel] = message.cursor
      if (message.type === 'rows') loaded.add(message.channel)
      for (const op of opsOf(core.schema, message, asker)) pulled.push(op)
    }
    joins.unshift(...portion.filter(({ channel }) => !answered.has(channel)))
  }
  return { pulled, loaded, cursors, more: joins.length > 0 }
}

function placeOf(known: Readonly<Record<string, string>>, channel: string): [string, string][] {
  const cursor = Object.hasOwn(known, channel) ? known[channel] : undefined
  return cursor === undefined ? [] : [[channel, cursor]]
}

/** What continues comes first: it is little, and the device shows it already. */
function joinsOf(channels: readonly string[], known: Readonly<Record<string, string>>): PullJoin[] {
  const joins = channels.map((channel): PullJoin => ({ channel, cursor: placeOf(known, channel)[0]?.[1] }))
  const isContinued = ({ cursor }: PullJoin) => cursor !== undefined
  return [...joins.filter(isContinued), ...joins.filter((join) => !isContinued(join))]
}

async function readableChannels(core: Core, user: User): Promise<string[]> {
  const channels: string[] = []
  for (const model of Object.values(core.schema.models)) {
    if (model.shared && core.rules.all(model, user)) channels.push(`${model.channel}:all`)
    if (!model.isRoot) continue
    const readable = core.rules.read(model, user, RECORD)
    const ids = sql`select ${column(model.idColumn)}::text as id from ${sql.identifier(model.table)} as ${sql.identifier(RECORD)} where (${readable}) order by 1`
    const rows = await core.database.query<{ id: string }>(ids.text(), ids.values)
    for (const { id } of rows) channels.push(roomChannel(model.channel, core.shown.id(model.name, id)))
  }
  return channels
}
