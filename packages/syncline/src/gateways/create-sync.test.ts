import { expect, test } from 'vitest'
import { defineSchema, model, text } from '../schema/index.ts'
import { createSync } from './create-sync.ts'

test('a server without access rules is told to give them', () => {
  const schema = defineSchema({ models: { task: model('tasks', { title: text() }) } })

  expect(() => createSync({ schema, database: {}, authenticate: () => null } as never)).toThrow(
    '`access` of createSync() is undefined: nobody could read anything. Give a rule for each model',
  )
})
