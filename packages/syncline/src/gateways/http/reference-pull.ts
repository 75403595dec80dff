/**
 * `GET /sync/pull?since=<number>&deviceId=…` → `{ops, serverSeq}`: everything that the user may read and the device has
 * not seen, for clients that know a place in the log as a number.
 *
 *   L2, L4   the number stands for a cursor per channel that the server keeps; one it does not know loads everything
 *   A1       the channels are those that the user may read now
 */
import { findCursors, keepCursors } from '../../postgres/positions/positions.ts'
import { sql } from '../../postgres/sql.ts'
import { roomChannel } from '../../protocol/channel.ts'
import { MAX_NAME_LENGTH } from '../../protocol/limits.ts'
import type { User } from '../../protocol/user.ts'
import { isStorableText } from '../../schema/check-text.ts'
import { kebabCase } from '../../schema/kebab-case.ts'
import type { Core, PullJoin } from '../../server/core.ts'
import { type Refused, json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { column, RECORD } from './rest/record-sql.ts'
import { type PulledMessage, type ReferenceOp, opsOf } from './reference-ops.ts'

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

/** Answers all channels that the user may read, as one list of operations. */
export async function referencePull({ core, identity, url }: Call, since: string): Promise<Response> {
  if (!/^\d{1,15}$/.test(since)) return refusal(BAD_NUMBER)
  const { user } = identity
  const device = url.searchParams.get('deviceId') ?? ''
  if (device.length > MAX_NAME_LENGTH || !isStorableText(device)) return refusal(BAD_DEVICE)
  const known = (await findCursors(core.database, user.id, device, since)) ?? {}
  const channels = await readableChannels(core, user)
  const ops: ReferenceOp[] = []
  const cursors: Record<string, string> = {}
  for (let start = 0; start < channels.length; start += core.limits.channelsPerConnection) {
    const some = channels.slice(start, start + core.limits.channelsPerConnection)
    const joins = some.map((channel): PullJoin => ({ channel, cursor: known[channel] }))
    const pulled = await core.pull({ user, joins })
    if ('refused' in pulled) return refusal(pulled.refused)
    for (const text of pulled.messages) {
      const message = JSON.parse(text) as PulledMessage
      if (message.type === 'joined') cursors[message.channel] = message.cursor
      ops.push(...opsOf(core.schema, message))
    }
  }
  ops.push(...lostRooms(core, known, channels))
  const serverSeq = await keepCursors(core.database, user.id, device, cursors)
  return json(200, { ops: ops.map((op) => ({ server_seq: serverSeq, ...op })), serverSeq })
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

/** A room that the user can no longer read has gone, as far as this device is concerned. */
function lostRooms(
  core: Core,
  known: Readonly<Record<string, string>>,
  channels: readonly string[],
): ReferenceOp[] {
  const readable = new Set(channels)
  return Object.keys(known).flatMap((channel) => {
    const colon = channel.indexOf(':')
    const model = core.schema.byChannel[channel.slice(0, colon)]
    if (readable.has(channel) || !model?.isRoot) return []
    const entityId = decodeURIComponent(channel.slice(colon + 1))
    return [
      {
        entity: kebabCase(model.name),
        entityId,
        type: 'DELETE',
        data: null,
        clientId: null,
        timestamp: new Date().toISOString(),
      },
    ]
  })
}
