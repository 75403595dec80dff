/** What records are called that would have the name of another. */
import { expect, test } from 'vitest'
import { distinctNames } from '../src/entities/distinct-names.ts'

const nameOf = ({ name }: Readonly<Record<string, unknown>>) => String(name)

test('a name that occurs once stays as it is', () => {
  const names = distinctNames([{ kind: { one: 'Send' }, rows: rows('Program', 'Clean'), nameOf }])

  expect([...names.values()]).toEqual(['Program', 'Clean'])
})

test('the second record of a name is numbered', () => {
  const names = distinctNames([
    { kind: { one: 'Connection' }, rows: rows('A to B', 'A to B', 'A to B'), nameOf },
  ])

  expect([...names.values()]).toEqual(['A to B', 'A to B (2)', 'A to B (3)'])
})

test('records of two kinds with one name say what they are', () => {
  const names = distinctNames([
    { kind: { one: 'Send' }, rows: rows('Program'), nameOf },
    { kind: { one: 'LED screen' }, rows: rows('Program', 'Program'), nameOf },
  ])

  expect([...names.values()]).toEqual(['Program (send)', 'Program (LED screen)', 'Program (LED screen 2)'])
})

let made = 0

function rows(...names: string[]) {
  return names.map((name) => ({ id: `row-${made++}`, name }))
}
