/** A production with its settings, its checklist, and the people who may see it. */
import { boolean, integer, model, oneOf, reference, text, timestamp } from 'syncline'
import { memberRoles, productionStatuses } from './choices.ts'
import { stamped, stamps } from './common.ts'
import { nameLength } from './lengths.ts'

export const production = model(
  'productions',
  {
    name: text().default('New production').validate(nameLength),
    venue: text().default(''),
    startsAt: timestamp().nullable(),
    status: oneOf(...productionStatuses).default('planning'),
    note: text().default(''),
    client: text().default(''),
    format: text().default('1080p50'),
    sync: text().default(''),
    timecode: text().default(''),
    audio: text().default(''),
    intercom: text().default(''),
    ...stamps,
  },
  stamped,
)

export const checklistItem = model(
  'checklist_items',
  {
    productionId: reference('production'),
    name: text().default('New task').validate(nameLength),
    phase: text().default('Show'),
    position: integer().filledByDatabase(),
    assignedTo: text().default(''),
    completed: boolean().default(false),
    note: text().default(''),
    ...stamps,
  },
  stamped,
)

export const productionMember = model('production_members', {
  productionId: reference('production'),
  userId: text(),
  role: oneOf(...memberRoles).default('crew'),
})
