/** Where pictures go: sends, LED and projection screens, records, streams. */
import { integer, model, oneOf, text } from 'syncline'
import { recordStatuses, sendTypes, streamStatuses } from './choices.ts'
import { device, inProduction, stamped } from './common.ts'
import { nameLength } from './lengths.ts'
import { ranges, within } from './ranges.ts'

export const send = model(
  'sends',
  {
    ...inProduction,
    name: text().default('New send').validate(nameLength),
    type: oneOf(...sendTypes).default('Aux'),
    format: text().default(''),
  },
  stamped,
)

export const ledScreen = model(
  'led_screens',
  {
    ...device,
    name: text().default('New LED screen').validate(nameLength),
    location: text().default(''),
    widthPx: integer().default(0).validate(within(ranges.ledScreen.widthPx)),
    heightPx: integer().default(0).validate(within(ranges.ledScreen.heightPx)),
    pitch: text().default(''),
    brightness: integer().default(60).onConflict('counter').validate(within(ranges.ledScreen.brightness)),
  },
  stamped,
)

export const projectionScreen = model(
  'projection_screens',
  {
    ...device,
    name: text().default('New projection screen').validate(nameLength),
    location: text().default(''),
    size: text().default(''),
    lens: text().default(''),
  },
  stamped,
)

export const record = model(
  'records',
  {
    ...device,
    name: text().default('New record').validate(nameLength),
    codec: text().default(''),
    medium: text().default(''),
    status: oneOf(...recordStatuses).default('idle'),
  },
  stamped,
)

export const stream = model(
  'streams',
  {
    ...device,
    name: text().default('New stream').validate(nameLength),
    platform: text().default(''),
    address: text().default(''),
    bitrateKbps: integer().default(6_000).validate(within(ranges.stream.bitrateKbps)),
    status: oneOf(...streamStatuses).default('offline'),
  },
  stamped,
)
