import { expect, test } from 'vitest'
import { defineSchema, integer, model, text } from '../../schema/index.ts'
import type { Model } from '../../schema/model.ts'
import { type Sql, sql } from '../sql.ts'
import type { Shape } from './shape.ts'
import { areUntouched } from './untouched-rules.ts'

const schema = defineSchema({
  version: 1,
  models: { camera: model('cameras', { name: text(), zoom: integer(), ownerId: text() }) },
})
const camera = schema.models['camera'] as Model

/** The shape of an update of `zoom` under these rules. */
function updateOf(read: Sql, when: Sql = sql.all): Shape {
  const field = camera.fields['zoom'] as Shape['fields'][number]['field']
  const fields = [{ field, form: 'plain' }] as const
  return { model: camera, action: 'update', fields, read, when, insteadOfRead: false, targets: [] }
}

const owner = sql.raw('"sync_record"."owner_id"')

test.each([
  ['a condition on another column', sql`${owner} = ${'ana'}`],
  ['a membership', sql`exists (select 1 from crew c where c.camera = ${owner} and c.user_id = ${'ana'})`],
  ['everybody', sql.all],
])('A4: %s answers after the update what it answered before', (_, rule) => {
  expect(areUntouched(updateOf(rule))).toBe(true)
})

test.each([
  ['names a written column', sql`"sync_record"."zoom" < 5`],
  ['names a written column without its table', sql`zoom < 5`],
  ['names it in capitals', sql`ZOOM < 5`],
  ['names the version', sql`"sync_record"."version" < 5`],
  ['takes the whole row', sql`sync_record is not null`],
  ['takes all columns', sql`row("sync_record".*) is not null`],
  ['calls a function that may look for itself', sql`may_edit(${owner})`],
  ['calls one with a schema', sql`app."may_edit" (${owner})`],
  ['has a comment, in which anything may stand', sql`true -- zoom`],
])('A4: a rule that %s is asked again', (_, rule) => {
  expect(areUntouched(updateOf(rule))).toBe(false)
  expect(areUntouched(updateOf(sql.all, rule))).toBe(false)
})

test('A4: the rules of a create and of a delete are always asked', () => {
  expect(areUntouched({ ...updateOf(sql.all), action: 'create' })).toBe(false)
  expect(areUntouched({ ...updateOf(sql.all), action: 'delete' })).toBe(false)
})
