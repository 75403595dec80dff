/** Rooms by column and by path, a counter, a set, and two models whose records tell when something is torn or doubled. */
import {
  array,
  defineSchema,
  hasMany,
  integer,
  model,
  reference,
  room,
  text,
} from '../../src/schema/index.ts'

export const stageSchema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      note: text().nullable(),
      tags: array(text()).onConflict('set'),
    }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    /** Always written in pairs, in one transaction: `left` and `right` of a production show the same value. */
    scale: model('scales', {
      productionId: reference('production'),
      side: text(),
      value: integer().default(0),
    }),
    /** Only ever counted up: its total is the sum of the ops that were applied. */
    tally: model('tallies', {
      productionId: reference('production'),
      total: integer().onConflict('counter'),
    }),
    lens: model('lenses', { name: text() }, { shared: true }),
  },
  relations: { production: { cameras: hasMany('camera') } },
  rooms: {
    production: room({
      camera: 'productionId',
      photo: 'camera.productionId',
      scale: 'productionId',
      tally: 'productionId',
    }),
  },
})

export type StageSchema = typeof stageSchema
