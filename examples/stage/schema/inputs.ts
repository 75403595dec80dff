/** Where pictures come from: cameras and their control units, sources, media servers. */
import { integer, model, oneOf, text, timestamp } from 'syncline'
import { cameraStatuses, deviceStatuses, sourceTypes } from './choices.ts'
import { device, inProduction, stamped } from './common.ts'
import { nameLength } from './lengths.ts'
import { ranges, within } from './ranges.ts'

export const camera = model(
  'cameras',
  {
    ...inProduction,
    name: text().default('New camera').validate(nameLength),
    position: text().default(''),
    operator: text().default(''),
    lens: text().default(''),
    zoom: integer().default(1).onConflict('counter').validate(within(ranges.camera.zoom)),
    status: oneOf(...cameraStatuses).default('standby'),
    createdAt: timestamp().filledByDatabase(),
  },
  stamped,
)

export const ccu = model(
  'ccus',
  {
    ...device,
    name: text().default('New CCU').validate(nameLength),
    location: text().default(''),
    address: text().default(''),
  },
  stamped,
)

export const source = model(
  'sources',
  {
    ...inProduction,
    name: text().default('New source').validate(nameLength),
    type: oneOf(...sourceTypes).default('Computer'),
    location: text().default(''),
    format: text().default(''),
    status: oneOf(...deviceStatuses).default('planned'),
  },
  stamped,
)

export const mediaServer = model(
  'media_servers',
  {
    ...device,
    name: text().default('New media server').validate(nameLength),
    software: text().default(''),
    showFile: text().default(''),
    outputs: integer().default(2).validate(within(ranges.mediaServer.outputs)),
  },
  stamped,
)
