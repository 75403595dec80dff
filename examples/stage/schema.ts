/**
 * What the stage example synchronises: productions of a live-event crew, with their cameras, their checklists
 * and the people who may see them.
 *
 * A production is a room; everything else belongs to one. Both sides read this file: the server to capture and
 * to guard, the page to type its queries.
 */
import { boolean, defineSchema, integer, model, oneOf, reference, room, text, timestamp } from 'syncline'

/** What a camera can be, in the order in which a show goes. */
export const cameraStatuses = ['standby', 'ready', 'live', 'fault'] as const

/** Where a production stands. */
export const productionStatuses = ['planning', 'load-in', 'show', 'wrapped'] as const

export const schema = defineSchema({
  version: 1,
  models: {
    production: model('productions', {
      name: text().default('New production'),
      venue: text().default(''),
      startsAt: timestamp().nullable(),
      status: oneOf(...productionStatuses).default('planning'),
      note: text().default(''),
    }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text().default('New camera'),
      position: text().default(''),
      operator: text().default(''),
      lens: text().default(''),
      zoom: integer().default(1).onConflict('counter'),
      status: oneOf(...cameraStatuses).default('standby'),
      note: text().default(''),
      createdAt: timestamp().filledByDatabase(),
    }),
    checklistItem: model('checklist_items', {
      productionId: reference('production'),
      name: text().default('New task'),
      phase: text().default('Show'),
      position: integer().filledByDatabase(),
      assignedTo: text().default(''),
      completed: boolean().default(false),
      note: text().default(''),
    }),
    productionMember: model('production_members', {
      productionId: reference('production'),
      userId: text(),
      role: oneOf('crew', 'viewer').default('crew'),
    }),
  },
  rooms: {
    production: room({
      camera: 'productionId',
      checklistItem: 'productionId',
      productionMember: 'productionId',
    }),
  },
})
