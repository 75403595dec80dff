/**
 * The outbox as it was stored, judged.
 *
 *   W3 nothing lost   of an outbox that is damaged, the ops that can still be read are parked under a new name
 */
import { isRecord } from '../../../schema/is-record.ts'
import { newKey } from '../../new-id.ts'
import { emptyOutbox, type Outbox, type ParkedOp, type QueuedOp } from '../../outbox/outbox.ts'
import type { StoredDevice } from '../storage.ts'
import { isText, isVersion } from './check-group.ts'
import { checkedDevice, type DeviceRecord, outboxOf } from './device-record.ts'
import type { StoredAck } from './outbox-log.ts'

/** What lies in the stores of one device. */
export interface DeviceContents {
  readonly record: unknown
  /** Texts of runs, in order. */
  readonly runs: readonly unknown[]
  readonly acks: readonly unknown[]
  readonly parked: unknown
}

export interface ReadDevice {
  /** Undefined when there is none. */
  readonly device: StoredDevice | undefined
  /** It lies in the stores as it is here. */
  readonly isWhole: boolean
}

/** The device, or what is left of it. */
export function readDevice({ record: stored, runs, acks, parked: refused }: DeviceContents): ReadDevice {
  if (stored === undefined && runs.length === 0) return { device: undefined, isWhole: false }
  const record = checkedDevice(stored)
  const ops = runs.flatMap(opsOf)
  const parked = parkedOf(refused)
  const whole = record && wholeOutbox(record, ops, acks, parked)
  const outbox = whole ?? salvaged(record, ops, parked)
  return { device: { outbox, epoch: record?.epoch, user: record?.user }, isWhole: whole !== undefined }
}

/** The outbox, if all that its record speaks of is there. */
function wholeOutbox(
  record: DeviceRecord,
  ops: readonly QueuedOp[],
  acks: readonly unknown[],
  parked: readonly ParkedOp[],
): Outbox | undefined {
  const { keptFrom, lastOp, drawn } = record
  const needed = ops.filter(({ n }) => n >= keptFrom && n <= drawn)
  const isWhole = needed.length === drawn - keptFrom + 1 && needed.every(({ n }, at) => n === keptFrom + at)
  const settled = needed.filter(({ n }) => n <= lastOp)
  const known = acks.filter(isAck)
  if (!isWhole || (settled.length > 0 && (known.at(-1)?.through ?? 0) < lastOp)) return undefined
  const refused = new Set(known.flatMap((ack) => ack.refused))
  let at = 0
  const kept = settled.map((op) => {
    while ((known[at]?.through ?? lastOp) < op.n) at++
    return { op, acknowledgedAt: known[at]?.at ?? 0, isRefused: refused.has(op.n) }
  })
  return outboxOf(record, { ops: needed.filter(({ n }) => n > lastOp), kept, parked })
}

/** A new device that shows what is left of the old one. */
function salvaged(
  record: DeviceRecord | undefined,
  ops: readonly QueuedOp[],
  parked: readonly ParkedOp[],
): Outbox {
  const device = record?.device ?? ''
  const unsent = ops.filter(({ n }) => n > (record?.lastOp ?? 0))
  const known = new Set(parked.map(({ op }) => op.key))
  const found = unsent.filter(({ key }) => !known.has(key)).map((op) => ({ op, device, reason: DAMAGED }))
  return { ...emptyOutbox(newKey()), parked: [...parked, ...found] }
}

const DAMAGED = {
  code: 'storage_damaged',
  message:
    'What this device had stored is damaged, so it cannot tell whether this write reached the server. Look at the record, and write it again if it is missing.',
}

function opsOf(text: unknown): QueuedOp[] {
  return listOf(text).filter(isOp)
}

function parkedOf(text: unknown): ParkedOp[] {
  return listOf(text).filter(isParked)
}

function listOf(text: unknown): unknown[] {
  try {
    const list = typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

const ACTIONS = new Set<unknown>(['create', 'update', 'delete'])

function isOp(value: unknown): value is QueuedOp {
  const op = value as Partial<QueuedOp> | null
  return (
    isVersion(op?.n) &&
    ACTIONS.has(op.action) &&
    [op.key, op.model, op.id, op.at].every(isText) &&
    isVersion(op.schema) &&
    [op.tx, op.base].every((number) => number === undefined || isVersion(number)) &&
    (op.fields === undefined || isRecord(op.fields))
  )
}

function isParked(value: unknown): value is ParkedOp {
  const parked = value as Partial<ParkedOp> | null
  if (!isOp(parked?.op) || typeof parked.device !== 'string' || !isRecord(parked.reason)) return false
  return [parked.reason.code, parked.reason.message].every(isText)
}

function isAck(value: unknown): value is StoredAck {
  const ack = value as Partial<StoredAck> | null
  const isShaped = isVersion(ack?.through) && typeof ack.at === 'number' && Array.isArray(ack.refused)
  return isShaped && ack.refused.every(isVersion)
}
