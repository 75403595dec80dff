/** What leads from one device to another: connections, and the cable snakes that they share. */
import { integer, model, oneOf, text } from 'syncline'
import { cables } from './choices.ts'
import { inProduction, stamped } from './common.ts'
import { nameLength } from './lengths.ts'
import { ranges, within } from './ranges.ts'

/**
 * One signal from a device to another. Both ends are ids of records of the same production, of any kind: a
 * connection whose device is deleted stays, as the cable does, and is whole again when the device comes back.
 */
export const connection = model(
  'connections',
  {
    ...inProduction,
    label: text().default(''),
    fromId: text().default(''),
    fromPort: text().default(''),
    toId: text().default(''),
    toPort: text().default(''),
    cable: oneOf(...cables).default('SDI'),
    /** Id of the cable snake that it runs in; empty when it has a cable of its own. */
    snakeId: text().default(''),
  },
  stamped,
)

export const cableSnake = model(
  'cable_snakes',
  {
    ...inProduction,
    name: text().default('New cable snake').validate(nameLength),
    cable: oneOf(...cables).default('SDI'),
    cores: integer().default(8).validate(within(ranges.cableSnake.cores)),
    lengthM: integer().default(50).validate(within(ranges.cableSnake.lengthM)),
    fromPlace: text().default(''),
    toPlace: text().default(''),
  },
  stamped,
)
