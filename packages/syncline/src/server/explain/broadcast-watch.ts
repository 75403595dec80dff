/** Every marker of a server, whoever listens to it or nobody: what `tail -f | grep Broadcasting` shows elsewhere. */
import type { Batch } from '../../postgres/log-row.ts'
import { roomChannel } from '../../protocol/channel.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Ids } from '../ids/ids.ts'
import { bareTable } from '../channel-target.ts'
import { deriveMarks } from '../marking/derive-marks.ts'
import { collectionProp } from '../marking/marked-props.ts'
import { type MarkerAction, type RecordAction, refreshOf } from '../marking/marks.ts'

/** One channel that a batch of changes has marked. */
export interface Broadcast {
  readonly channel: string
  readonly action: MarkerAction
  /** Props to reload; empty when the change concerns none by name. */
  readonly props: readonly string[]
  /** What happened to the record, as subscribers by identifier are told. */
  readonly record: RecordAction
}

/** What a batch marks, by channel; an emptied table marks every channel of its model, for which `:all` stands here. */
export function broadcastsOf(schema: CompiledSchema, ids: Ids, { rows }: Batch): Broadcast[] {
  const { channels, wholeModels } = deriveMarks(schema, rows)
  const marked = [...channels].map(([key, { action, props, record }]) => ({
    channel: channelOf(schema, ids, key),
    action,
    props,
    record,
  }))
  return [...marked, ...[...wholeModels].map((name) => ofWhole(schema.models[name] as Model))]
}

function ofWhole(model: Model): Broadcast {
  const { action, props, record } = refreshOf(collectionProp(model).prop)
  return { channel: `${model.channel}:all`, action, props, record }
}

/** A key holds the id as the database has it; a channel's name as clients write it. */
function channelOf(schema: CompiledSchema, ids: Ids, key: string): string {
  const colon = key.indexOf(':')
  const model = key.slice(0, colon)
  const rest = key.slice(colon + 1)
  if (rest === '\0all') return `${model}:all`
  const known = schema.byChannel[model]
  // An id of text may hold slashes itself.
  const slash = rest.lastIndexOf('/')
  const table = Object.values(schema.models)
    .map(bareTable)
    .find((name) => name === rest.slice(slash + 1))
  const collection = slash === -1 ? undefined : table
  const id = collection === undefined ? rest : rest.slice(0, slash)
  const channel = roomChannel(model, known ? ids.of(known.name).encode(id) : id)
  return collection === undefined || !known ? channel : `${channel}/${collection}`
}
