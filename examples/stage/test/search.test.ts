/** What search finds, and in which order. */
import { expect, test } from 'vitest'
import { type Findable, findMatches } from '../src/search/find-matches.ts'

const all: readonly Findable[] = [
  findable('Camera 1', 'Camera, Awards', 'Grand circle Fiona Baird'),
  findable('Camera 10', 'Camera, Awards', 'Press wall Rory Blair'),
  findable('Camera 2', 'Camera, Awards', 'Camera 1 is beside it'),
  findable('CCU 1', 'CCU, Awards', 'Truck, rack 3'),
  findable('Pit track', 'Camera, Festival', 'Elin Åkesson'),
]

test('names count for more than what is written elsewhere, and beginnings for more than ends', () => {
  expect(names('camera')).toEqual(['Camera 1', 'Camera 2', 'Camera 10', 'Pit track'])
  expect(names('rack')).toEqual(['Pit track', 'CCU 1'])
})

test('every word must occur somewhere', () => {
  expect(names('camera fiona')).toEqual(['Camera 1'])
  expect(names('camera fiona festival')).toEqual([])
  expect(names('  ')).toEqual([])
})

test('accents and capitals need not be typed', () => {
  expect(names('AKESSON')).toEqual(['Pit track'])
  expect(names('åkesson')).toEqual(['Pit track'])
})

test('of many matches the best are shown, and all are counted', () => {
  const many = Array.from({ length: 14 }, (_, index) => findable(`Spare ${index + 1}`, 'Camera', ''))

  const { best, count } = findMatches([...all, ...many], 'spare')

  expect([best.length, count]).toEqual([12, 14])
})

function names(query: string): string[] {
  return findMatches(all, query).best.map(({ name }) => name)
}

function findable(name: string, place: string, text: string): Findable {
  return { id: name, name, place, text, href: `/${name}` }
}
