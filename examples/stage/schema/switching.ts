/** What chooses between pictures: switchers and routers. */
import { integer, model, text } from 'syncline'
import { device, ports, stamped } from './common.ts'
import { nameLength } from './lengths.ts'
import { ranges, within } from './ranges.ts'

export const switcher = model(
  'switchers',
  {
    ...device,
    ...ports,
    name: text().default('New switcher').validate(nameLength),
    operator: text().default(''),
    location: text().default(''),
    mixEffects: integer().default(1).validate(within(ranges.switcher.mixEffects)),
  },
  stamped,
)

export const router = model(
  'routers',
  {
    ...device,
    ...ports,
    name: text().default('New router').validate(nameLength),
    address: text().default(''),
  },
  stamped,
)
