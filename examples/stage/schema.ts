/**
 * What the stage example synchronises: productions of a live-event crew with their cameras, checklists and the whole
 * signal chain, and an equipment library that all of them share.
 *
 * A production is a room; everything that belongs to it reaches whoever may read it. Both sides read this file: the
 * server to capture and to guard, the page to type its queries.
 */
import { defineSchema, room } from 'syncline'
import { cableSnake, connection } from './schema/cabling.ts'
import { camera, ccu, mediaServer, source } from './schema/inputs.ts'
import { ledScreen, projectionScreen, record, send, stream } from './schema/outputs.ts'
import { checklistItem, production, productionMember } from './schema/production.ts'
import { equipment, person } from './schema/shared.ts'
import { router, switcher } from './schema/switching.ts'

/** What the server adds to other examples' models; the page knows only these. */
export const declaration = {
  version: 1,
  models: {
    production,
    checklistItem,
    camera,
    ccu,
    source,
    send,
    connection,
    cableSnake,
    switcher,
    ledScreen,
    mediaServer,
    projectionScreen,
    record,
    router,
    stream,
    productionMember,
    equipment,
    person,
  },
  rooms: {
    production: room({
      checklistItem: 'productionId',
      camera: 'productionId',
      ccu: 'productionId',
      source: 'productionId',
      send: 'productionId',
      connection: 'productionId',
      cableSnake: 'productionId',
      switcher: 'productionId',
      ledScreen: 'productionId',
      mediaServer: 'productionId',
      projectionScreen: 'productionId',
      record: 'productionId',
      router: 'productionId',
      stream: 'productionId',
      productionMember: 'productionId',
    }),
  },
} as const

export const schema = defineSchema(declaration)
