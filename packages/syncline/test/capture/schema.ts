/** A crew's equipment, as the tests of capture declare it: rooms by column, by a path of two steps and of three, shared, none. */
import {
  bigint,
  defineSchema,
  integer,
  model,
  reference,
  room,
  text,
  timestamp,
} from '../../src/schema/index.ts'

export const schema = defineSchema({
  models: {
    production: model('productions', { name: text(), startsAt: timestamp().nullable() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      note: text().nullable(),
      zoom: integer().default(1),
    }),
    photo: model('photos', { cameraId: reference('camera'), caption: text() }),
    comment: model('comments', { photoId: reference('photo'), body: text() }),
    lens: model('lenses', { name: text(), serial: bigint() }, { shared: true, id: 'bigint' }),
    member: model('members', { userName: text() }, { id: 'uuid' }),
  },
  rooms: {
    production: room({
      camera: 'productionId',
      photo: 'camera.productionId',
      comment: 'photo.camera.productionId',
    }),
  },
})
