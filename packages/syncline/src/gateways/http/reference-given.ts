/**
 * Departures of which no message tells: what went from a room whose cursor could not be continued (L4), and all that a
 * room held which the user can no longer read (A2). A device that knows records but no rooms is told of each.
 */
import {
  type Asking,
  channelsGivenSince,
  findGiven,
  type GivenStep,
  type IdsByModel,
} from '../../postgres/positions/given.ts'
import type { Core } from '../../server/core.ts'
import { departure, type PulledOp } from './reference-ops.ts'

/** An answer, and where the device stood before it. */
export interface Answered {
  readonly pulled: readonly PulledOp[]
  /** Channels of which all was read. */
  readonly loaded: ReadonlySet<string>
  /** By channel, the device's cursor. */
  readonly known: Readonly<Record<string, string>>
  readonly readable: ReadonlySet<string>
}

/** Ends of records, and how the answer changes what the device holds of each channel. */
export interface Departures {
  readonly departures: readonly PulledOp[]
  readonly steps: readonly GivenStep[]
}

/** Compares what the device may hold with what it is given now. */
export async function departuresOf(core: Core, asking: Asking, answered: Answered): Promise<Departures> {
  const { loaded, known, readable } = answered
  const others = await channelsGivenSince(core.database, asking)
  const lost = [...new Set([...Object.keys(known), ...others])].filter((channel) => !readable.has(channel))
  const changed = changedRecords(answered)
  const held = await findGiven(core.database, asking, [...lost, ...loaded])
  const departures = [...lost.flatMap((channel) => rootOf(core, channel)), ...asDepartures(held)]
  return {
    departures: unrepeated(departures).filter(
      (gone) => !changed.get(gone.channel)?.get(keyOf(gone))?.isThere,
    ),
    steps: [...lost.map(emptied), ...[...changed].map((entry) => stepOf(entry, loaded))],
  }
}

/** A room goes with its root record, of which a device may have been told before its records were kept. */
function rootOf(core: Core, channel: string): PulledOp[] {
  const colon = channel.indexOf(':')
  const model = core.schema.byChannel[channel.slice(0, colon)]
  return model?.isRoot ? [departure(channel, model.name, decodeURIComponent(channel.slice(colon + 1)))] : []
}

function asDepartures(held: ReadonlyMap<string, IdsByModel>): PulledOp[] {
  return [...held].flatMap(([channel, models]) =>
    Object.entries(models).flatMap(([model, ids]) => ids.map((id) => departure(channel, model, id))),
  )
}

const keyOf = ({ model, op }: PulledOp) => `${model} ${op.entityId}`

function unrepeated(departures: readonly PulledOp[]): PulledOp[] {
  return [...new Map(departures.map((gone) => [`${gone.channel} ${keyOf(gone)}`, gone])).values()]
}

const emptied = (channel: string): GivenStep => ({ channel, whole: true, came: {}, went: {} })

/** Of a channel, the records that came or went, and whether each is there in the end. */
type Changed = Map<string, { readonly model: string; readonly id: string; readonly isThere: boolean }>

function changedRecords({ pulled, loaded }: Answered): ReadonlyMap<string, Changed> {
  const changed = new Map<string, Changed>([...loaded].map((channel) => [channel, new Map()]))
  for (const found of pulled) {
    const { channel, model, op } = found
    if (op.type === 'UPDATE') continue
    const records: Changed = changed.get(channel) ?? new Map()
    records.set(keyOf(found), { model, id: op.entityId, isThere: op.type === 'CREATE' })
    changed.set(channel, records)
  }
  return changed
}

function stepOf([channel, records]: [string, Changed], loaded: ReadonlySet<string>): GivenStep {
  const came: Record<string, string[]> = Object.create(null)
  const went: Record<string, string[]> = Object.create(null)
  for (const { model, id, isThere } of records.values()) ((isThere ? came : went)[model] ??= []).push(id)
  return { channel, whole: loaded.has(channel), came, went }
}
