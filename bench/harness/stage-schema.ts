/** What the measured application synchronises; apart from its access rules, because pages declare it too. */
import { defineSchema, integer, model, reference, room, text } from 'syncline'

/** As a team would declare it. */
export const schema = defineSchema({
  version: 1,
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().default(0),
    }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})
