/** What all productions share: the equipment library, and the people. */
import { boolean, integer, model, oneOf, text } from 'syncline'
import { equipmentCategories } from './choices.ts'
import { ports, stamped, stamps } from './common.ts'
import { nameLength } from './lengths.ts'
import { ranges, within } from './ranges.ts'

export const equipment = model(
  'equipment',
  {
    name: text().default('New equipment').validate(nameLength),
    manufacturer: text().default(''),
    category: oneOf(...equipmentCategories).default('Camera'),
    ...ports,
    /** How many there are in the store. */
    quantity: integer().default(1).onConflict('counter').validate(within(ranges.equipment.quantity)),
    note: text().default(''),
    ...stamps,
  },
  { ...stamped, shared: true },
)

/** Read by the page to say who changed what; written by nobody. */
export const person = model(
  'users',
  {
    name: text(),
    job: text().default(''),
    isAdmin: boolean().default(false),
    /** Looks after everybody's accounts, in the example of that name. */
    siteAdmin: boolean().default(false),
  },
  { shared: true },
)
