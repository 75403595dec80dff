import { expect, test } from 'vitest'
import { defineSchema } from '../schema/define-schema.ts'
import { model } from '../schema/declaration.ts'
import { text } from '../schema/field-declaration.ts'
import { broadcastEntityCreated, broadcastEntityUpdate, broadcastEntityUpdated } from './broadcast-entity.ts'

const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    checklistItem: model('checklist_items', { name: text() }),
  },
})

function announced() {
  const sync = { schema, wakes: 0, wake: () => void sync.wakes++ }
  return sync
}

test('an announced record wakes the tail, whichever way its model is written', () => {
  const sync = announced()

  broadcastEntityCreated(sync, 'p1', { id: 'i1' }, 'checklist-item', 'ana')
  broadcastEntityUpdated(sync, 'p1', { id: 'i1' }, 'checklistItem')
  broadcastEntityUpdate(sync, 'p1', { id: 7 }, 'production')

  expect(sync.wakes).toBe(3)
})

test('what could not have been meant is refused with the nearest right name', () => {
  const sync = announced()

  expect(() => broadcastEntityUpdated(sync, 'p1', { id: 'i1' }, 'checklist-itm')).toThrow(/checklist-item/)
  expect(() => broadcastEntityUpdated(sync, '', { id: 'i1' }, 'production')).toThrow(
    /room of `production` has no id/,
  )
  expect(() => broadcastEntityUpdated(sync, 'p1', {} as { id: string }, 'production')).toThrow(
    /record of `production`/,
  )
  expect(sync.wakes).toBe(0)
})
