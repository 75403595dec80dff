import { expect, test } from 'vitest'
import { SynclineError } from '../../protocol/errors.ts'
import { defineSchema, model, text, timestamp } from '../../schema/index.ts'
import type { Model } from '../../schema/model.ts'
import { isConnectionLoss, meaningOf } from './sql-error.ts'

const serverError = (code: string, more: object = {}) =>
  Object.assign(new Error('What PostgreSQL says.'), { code, ...more })
const op = { n: 1, model: 'camera', id: '1', action: 'update' } as const
const kindOf = (error: unknown) => {
  const meaning = meaningOf(error, op)
  return meaning.kind === 'refused' ? meaning.refusal.code : meaning.kind
}

test('W3, W4: each error refuses the op, or lets it wait, or says that the database is away', () => {
  const meanings = {
    constraint: [
      '23505',
      '23503',
      '23514',
      '23502',
      '23P01',
      'P0001',
      'P0002',
      '27000',
      '44000',
      '428C9',
      '0A000',
    ],
    invalid_value: ['22003', '22P02', '22021', '54000'],
    forbidden: ['42501'],
    busy: ['55P03', '40001', '40P01'],
    unavailable: [
      '08006',
      '25006',
      '42P01',
      '42703',
      '53300',
      '57014',
      '57P01',
      '58030',
      'XX000',
      '28P01',
      '3D000',
    ],
    stale: ['SL001'],
    repeated: ['SL002'],
  }

  for (const [kind, codes] of Object.entries(meanings)) {
    for (const code of codes) expect(kindOf(serverError(code)), code).toBe(kind)
  }
  for (const code of ['ECONNRESET', 'EPIPE'])
    expect(kindOf(Object.assign(new Error('reset'), { code })), code).toBe('unavailable')
  expect(kindOf(new SynclineError('forbidden', 'No.'))).toBe('forbidden')
  expect(kindOf(new SynclineError('unavailable', 'Later.'))).toBe('unavailable')
})

test('A3: what a constraint says of other records is not repeated', () => {
  const error = serverError('23505', {
    detail: 'Key (email)=(secret@example.org) already exists.',
    constraint: 'users_email',
  })

  expect(JSON.stringify(meaningOf(error, op))).not.toContain('secret')
})

test('W3: a create that leaves out what the database does not fill is told so, and what to do', () => {
  const { models } = defineSchema({
    models: { task: model('app.tasks', { title: text(), createdAt: timestamp().filledByDatabase() }) },
  })
  const create = { n: 1, model: 'task', id: 't', action: 'create' } as const
  const textOf = (column: string, fields: Record<string, unknown>, table = 'tasks') => {
    const meaning = meaningOf(
      serverError('23502', { column, table }),
      { ...create, fields },
      models['task'] as Model,
    )
    return meaning.kind === 'refused' ? meaning.refusal : meaning
  }

  expect(textOf('created_at', { title: 'A' })).toEqual({
    code: 'constraint',
    field: 'createdAt',
    message:
      'The database refused to create `task` `t`: column `created_at` of `app.tasks` may not be null, and the database does not fill it. Write field `createdAt`, or give the column a default.',
  })
  expect(textOf('place', { title: 'A' })).toMatchObject({
    message: expect.stringContaining('Give the column a default, or declare a field of `task` for it.'),
  })
  expect(textOf('created_at', { createdAt: null })).toMatchObject({
    message: expect.stringContaining('because of field `createdAt`. Write another value.'),
  })
  expect(textOf('created_at', {}, 'audit')).toMatchObject({
    message: expect.stringContaining('Write another value.'),
  })
})

test('W2: only a lost connection leaves it open what was done', () => {
  expect(
    [serverError('57P01'), serverError('08006'), new Error('Connection terminated')].map(isConnectionLoss),
  ).toEqual([true, true, true])
  expect([serverError('57014'), serverError('23505'), serverError('55P03')].map(isConnectionLoss)).toEqual([
    false,
    false,
    false,
  ])
})
