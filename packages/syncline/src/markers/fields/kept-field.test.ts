import { expect, test } from 'vitest'
import { answered, cleanField, keepMine, refreshed, sent, takeTheirs, typed } from './kept-field.ts'

test('a field that nobody edits follows the page', () => {
  expect(refreshed(cleanField('Acme'), 'Acme Ltd')).toEqual(cleanField('Acme Ltd'))
})

test('R4: what the user typed stays, and what came meanwhile is offered', () => {
  const field = refreshed(typed(cleanField('Acme'), 'Acme & Co'), 'Acme Ltd')

  expect(field).toEqual({ text: 'Acme & Co', base: 'Acme', isDirty: true, theirs: 'Acme Ltd' })
  expect(takeTheirs(field)).toEqual(cleanField('Acme Ltd'))
})

test('a value that is refused is not offered again, another one is', () => {
  const mine = keepMine(refreshed(typed(cleanField('Acme'), 'Acme & Co'), 'Acme Ltd'))

  expect(refreshed(mine, 'Acme Ltd').theirs).toBeUndefined()
  expect(refreshed(mine, 'Acme Inc').theirs).toBe('Acme Inc')
})

test('a refresh that brings back what the user began from takes the offer back', () => {
  const offered = refreshed(typed(cleanField('Acme'), 'Acme & Co'), 'Acme Ltd')

  expect(refreshed(offered, 'Acme')).toMatchObject({ isDirty: true, text: 'Acme & Co', theirs: undefined })
})

test('when the page holds what the user typed, the field follows the page again', () => {
  expect(refreshed(typed(cleanField('Acme'), 'Acme & Co'), 'Acme & Co')).toEqual(cleanField('Acme & Co'))
})

test('a refresh without news is the same field', () => {
  const fields = [cleanField('a'), typed(cleanField('a'), 'b'), refreshed(typed(cleanField('a'), 'b'), 'c')]

  expect(fields.map((field) => refreshed(field, field.theirs ?? field.base) === field)).toEqual([
    true,
    true,
    true,
  ])
})

test('R4: a field that was sent is the user’s until the server has taken it', () => {
  const field = sent(typed(cleanField('Acme'), ' Acme & Co '))

  expect(answered(field, 'Acme', true)).toEqual({ text: ' Acme & Co ', base: 'Acme', isDirty: true })
  expect(answered(field, 'Acme', false)).toEqual({ text: ' Acme & Co ', base: 'Acme', isDirty: true })
  expect(answered(field, 'Acme & Co', false)).toEqual(cleanField('Acme & Co'))
  expect(answered(typed(field, 'Acme & Sons'), 'Acme & Co', false)).toMatchObject({
    text: 'Acme & Sons',
    base: 'Acme & Co',
    isDirty: true,
  })
  expect(answered(typed(cleanField('a'), 'b'), 'c', false)).toEqual(typed(cleanField('a'), 'b'))
})
