/** A device into and out of its stores, inside one transaction; its record goes last, and speaks of all the others. */
import { newKey } from '../../new-id.ts'
import type { StoredDevice } from '../storage.ts'
import { type Transaction, under } from './database.ts'
import { deviceRecord, type DeviceRecord } from './device-record.ts'
import type { OutboxPlan, Run, StoredAck } from './outbox-log.ts'
import { StorageError } from './problem.ts'
import type { DeviceContents } from './read-device.ts'

/** Which device is this page's, and that it is. */
export interface Ownership {
  readonly slot: number
  readonly owner: string
  /** The device was stored here before, so it must be there still. */
  readonly isStored: boolean
}

/** Carries a plan out, if the device is still this page's. */
export function writeDevice(
  transaction: Transaction,
  { slot, owner, isStored }: Ownership,
  device: StoredDevice,
  plan: OutboxPlan,
): void {
  const devices = transaction.store('devices')
  transaction.onResult(devices.get(slot), (stored: Partial<DeviceRecord> | undefined) => {
    if (stored === undefined && isStored) throw new StorageError('StorageLostError', 'it was emptied')
    if (stored !== undefined && stored.owner !== owner) {
      throw new StorageError('StorageTakenError', 'it was opened by another page')
    }
    putDevice(transaction, slot, owner, device, plan)
  })
}

/** Carries a plan out without asking whose the device is. */
export function putDevice(
  transaction: Transaction,
  slot: number,
  owner: string,
  device: StoredDevice,
  plan: OutboxPlan,
): void {
  dropBefore(transaction, 'ops', slot, plan.dropRunsBefore)
  dropBefore(transaction, 'acks', slot, plan.dropAcksBefore)
  for (const run of plan.runs) transaction.store('ops').put(JSON.stringify(run.ops), [slot, run.first])
  for (const ack of plan.acks) transaction.store('acks').put(ack, [slot, ack.through])
  const parked = transaction.store('parked')
  if (plan.parked?.length) parked.put(JSON.stringify(plan.parked), slot)
  else if (plan.parked) parked.delete(slot)
  transaction.store('devices').put(deviceRecord(owner, device), slot)
}

function dropBefore(transaction: Transaction, name: 'ops' | 'acks', slot: number, n: number): void {
  transaction.store(name).delete(IDBKeyRange.bound([slot], [slot, n], false, true))
}

/** What lies in the stores of a device. */
export interface TakenDevice extends DeviceContents {
  readonly owner: string
  /** Where its runs begin. */
  readonly starts: readonly Run['first'][]
}

/** Reads a device and makes it this page's; where nothing is to be written, its owner stays the one before. */
export function takeDevice(
  transaction: Transaction,
  slot: number,
  mode: 'readwrite' | 'readonly',
): TakenDevice {
  const mayWrite = mode === 'readwrite'
  const taken: { -readonly [Part in keyof TakenDevice]: TakenDevice[Part] } = {
    owner: newKey(),
    record: undefined,
    runs: [],
    starts: [],
    acks: [],
    parked: undefined,
  }
  const devices = transaction.store('devices')
  const ops = transaction.store('ops')
  transaction.onResult(devices.get(slot), (record: DeviceRecord | undefined) => {
    taken.record = record
    if (typeof record !== 'object') return
    if (mayWrite) devices.put({ ...record, owner: taken.owner }, slot)
    else taken.owner = record.owner
  })
  transaction.onResult(ops.getAll(under(slot)), (runs) => (taken.runs = runs))
  transaction.onResult(ops.getAllKeys(under(slot)), (keys) => (taken.starts = keys.map(numberOf)))
  transaction.onResult(
    transaction.store('acks').getAll(under(slot)),
    (acks: StoredAck[]) => (taken.acks = acks),
  )
  const refused = transaction.store('parked')
  transaction.onResult(refused.get(slot), (parked) => {
    taken.parked = parked
    // Earlier versions kept also that there is nothing.
    if (mayWrite && parked === '[]') refused.delete(slot)
  })
  return taken
}

function numberOf(key: IDBValidKey): number {
  return Array.isArray(key) ? Number(key[1]) : 0
}
