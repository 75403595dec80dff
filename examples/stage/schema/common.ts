/** What the models have in common. */
import { integer, number, oneOf, reference, text, timestamp } from 'syncline'
import { deviceStatuses } from './choices.ts'
import { ranges, within } from './ranges.ts'

/** Who last changed a record, and when; Syncline writes both. Null is a record that another program wrote. */
export const stamps = {
  lastModifiedBy: text().nullable(),
  updatedAt: timestamp().nullable(),
}

/** Makes Syncline write `stamps`. */
export const stamped = { lastModifiedBy: true, updatedAt: true } as const

/** What every record of a production has beside its name. */
export const inProduction = {
  productionId: reference('production'),
  /** Its place among its kind: rises down the page. New records get the time, so that they come last. */
  sortOrder: number().filledByDatabase(),
  note: text().default(''),
  ...stamps,
}

/** A device of a production: perhaps a piece of the equipment library. */
export const device = {
  ...inProduction,
  /** A piece that is deleted is named further, so that the device is whole again when the piece comes back. */
  equipmentId: reference('equipment').nullable(),
  status: oneOf(...deviceStatuses).default('planned'),
}

/** How many signals go into a device and come out of it. */
export const ports = {
  inputs: integer().default(0).validate(within(ranges.equipment.inputs)),
  outputs: integer().default(0).validate(within(ranges.equipment.outputs)),
}
