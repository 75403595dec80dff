/** The statement that moves device rows, sorted as every writer locks them. */
import type { Statement } from '../database.ts'
import type { DeviceState } from './device-state.ts'

export interface DeviceMove {
  readonly device: string
  readonly from: DeviceState
  readonly to: DeviceState
}

/** Calls `syncline.advance`; answers one row with the transaction's id as `xid`. */
export function advanceStatement(moves: readonly DeviceMove[]): Required<Omit<Statement, 'name'>> {
  const sorted = moves.length < 2 ? moves : [...moves].sort((a, b) => (a.device < b.device ? -1 : 1))
  return {
    text: 'select syncline.advance($1, $2, $3, $4, $5, $6) as xid',
    values: [
      sorted.map(({ device }) => device),
      sorted.map(({ to }) => to.userId),
      sorted.map(({ from }) => from.lastOp),
      sorted.map(({ to }) => to.lastOp),
      sorted.map(({ to }) => to.lastKey ?? null),
      sorted.map(({ to }) => `{${to.recentKeys.join(',')}}`),
    ],
  }
}

/** Locks device rows before anything else; devices that have no row yet are not there to be locked. */
export function lockDevicesStatement(
  devices: readonly string[],
  skipsLocked: boolean,
): Required<Omit<Statement, 'name'>> {
  return {
    text: `select device from syncline.devices where device = any ($1) order by device for update${skipsLocked ? ' skip locked' : ''}`,
    values: [devices],
  }
}
