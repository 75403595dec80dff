/** What the store `devices` holds of a device: all of its outbox but the ops. */
import type { HeldFields, Outbox } from '../../outbox/outbox.ts'
import type { StoredDevice } from '../storage.ts'
import { isName, isText, isVersion } from './check-group.ts'
import { firstKept } from './outbox-log.ts'

/** Cloned, not packed: held values may be bigints. */
export interface DeviceRecord {
  /** The page that may write it. */
  readonly owner: string
  readonly device: string
  readonly drawn: number
  readonly drawnKey: string | undefined
  readonly lastOp: number
  readonly lastKey: string | undefined
  readonly settledThrough: number
  readonly keptFrom: number
  readonly read: number
  readonly held: readonly (readonly [number, HeldFields])[]
  /** Absent in records of earlier versions. */
  readonly hidden?: readonly number[]
  readonly unfit?: Outbox['unfit']
  readonly epoch: string | undefined
  readonly user: string | undefined
}

export function deviceRecord(owner: string, { outbox, epoch, user }: StoredDevice): DeviceRecord {
  const { ops: _ops, kept: _kept, parked: _parked, held, ...plain } = outbox
  return { owner, ...plain, keptFrom: firstKept(outbox), held: [...held], epoch, user }
}

/** The record, if it has the shape of one. */
export function checkedDevice(value: unknown): DeviceRecord | undefined {
  const record = value as Partial<DeviceRecord> | null | undefined
  const isShaped =
    isName(record?.device) &&
    [record.drawn, record.lastOp, record.settledThrough, record.keptFrom, record.read].every(isVersion) &&
    [record.drawnKey, record.lastKey, record.epoch, record.user].every(isTextOrNothing) &&
    (record.lastOp as number) <= (record.drawn as number) &&
    Array.isArray(record.held) &&
    record.held.every(isHeld)
  return isShaped ? (record as DeviceRecord) : undefined
}

/** The outbox of a record, with ops from elsewhere. */
export function outboxOf(
  {
    owner: _owner,
    keptFrom: _from,
    epoch: _epoch,
    user: _user,
    held,
    hidden = [],
    unfit,
    ...plain
  }: DeviceRecord,
  parts: Pick<Outbox, 'ops' | 'kept' | 'parked'>,
): Outbox {
  return { ...plain, ...parts, hidden: [hidden].flat(), unfit: { ...unfit }, held: new Map(held) }
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || isText(value)
}

function isHeld(value: unknown): boolean {
  return Array.isArray(value) && isVersion(value[0]) && typeof value[1] === 'object' && value[1] !== null
}
