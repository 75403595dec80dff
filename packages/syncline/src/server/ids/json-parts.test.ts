import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapElements, mapMembers } from './json-parts.ts'

test('the named members are changed, and everything else keeps every character', () => {
  const text = '{"a": "1", "b":{"a":"1","c":[1.50,"}"]},"n\\"":"\\\\","far":12345678901234567890}'

  expect(mapMembers(text, new Set(['a']), (json) => `<${json}>`)).toBe(
    '{"a":<"1">, "b":{"a":"1","c":[1.50,"}"]},"n\\"":"\\\\","far":12345678901234567890}',
  )
  expect(mapMembers('{}', new Set(['a']), () => 'x')).toBe('{}')
})

test('elements are changed by their place, in every list', () => {
  expect(mapElements('["1",2,"a,]"],["2",[3,"4"],null]', [(json) => `<${json}>`])).toBe(
    '[<"1">,2,"a,]"],[<"2">,[3,"4"],null]',
  )
  expect(mapElements('', [() => 'x'])).toBe('')
})

test('whatever the values are, the text stays theirs', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.array(fc.jsonValue())),
      (object, lists) => {
        const names = new Set(Object.keys(object))
        const text = JSON.stringify(object)
        const list = JSON.stringify(lists).slice(1, -1)

        expect(mapMembers(text, names, (json) => json)).toBe(text)
        expect(JSON.parse(mapMembers(text, names, () => '1'))).toEqual(
          Object.fromEntries(Object.keys(object).map((name) => [name, 1])),
        )
        expect(mapElements(list, [])).toBe(list)
      },
    ),
  )
})
