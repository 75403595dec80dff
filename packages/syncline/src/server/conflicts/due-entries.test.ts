import { expect, test } from 'vitest'
import { DueEntries } from './due-entries.ts'

const anybody = () => true
const NOBODY: ReadonlySet<string> = new Set()

test('users stand in line once, in the order in which they came, each with all that is due', () => {
  const due = new DueEntries<string>()
  due.add('ana', '1', anybody)
  due.add('ben', '2', anybody)
  due.add('ana', '3', anybody)

  const taken = [due.take(NOBODY), due.take(NOBODY), due.take(NOBODY)].map(
    (each) => each && [each[0], each[1] === 'all' ? 'all' : [...each[1].entries()].flat()],
  )

  expect(taken).toEqual([['ana', ['1', anybody, '3', anybody]], ['ben', ['2', anybody]], undefined])
})

test('an entry that is due twice is due to the readers of both', () => {
  const due = new DueEntries<string>()
  due.add('ana', '1', (reader) => reader === 'phone')
  due.add('ana', '1', (reader) => reader === 'tablet')

  const [, entries] = due.take(NOBODY) ?? []

  const isFor = entries === 'all' ? undefined : entries?.get('1')
  expect(['phone', 'tablet', 'desk'].filter((reader) => isFor?.(reader))).toEqual(['phone', 'tablet'])
})

test('W4: of a user with more than 1,000 due entries none are held: all that is open is due instead', () => {
  const due = new DueEntries<string>()
  for (let n = 0; n <= 1_000; n++) due.add('ana', String(n), anybody)
  for (let n = 0; n < 1_000; n++) due.add('ben', String(n), anybody)

  expect(due.take(NOBODY)).toEqual(['ana', 'all'])
  expect(due.take(NOBODY)?.[1]).toHaveProperty('size', 1_000)
})

test('who is being told already waits, and the next one does not', () => {
  const due = new DueEntries<string>()
  for (const user of ['ana', 'ben']) due.addAll(user)

  expect(due.take(new Set(['ana']))?.[0]).toBe('ben')
  expect(due.take(new Set(['ana']))).toBeUndefined()
  expect(due.take(NOBODY)?.[0]).toBe('ana')
})
