import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { camelCase } from './camel-case.ts'
import { kebabCase } from './kebab-case.ts'
import { closestName } from './closest-name.ts'
import { didYouMean } from './did-you-mean-in-browsers.ts'
import { suggestion } from './nearest-name.ts'
import { pascalCase } from './pascal-case.ts'
import { snakeCase } from './snake-case.ts'

describe('names', () => {
  test.each([
    ['name', 'name'],
    ['productionId', 'production_id'],
    ['ledScreen2Id', 'led_screen2_id'],
    ['ledScreen2', 'led_screen2'],
    ['led2Screens', 'led2_screens'],
    ['URLName', 'url_name'],
    ['parseURL', 'parse_url'],
    ['parseURLName2D', 'parse_url_name2_d'],
    ['xY', 'x_y'],
    ['aBC', 'a_bc'],
  ])('%s is %s in the database', (field, column) => {
    expect(snakeCase(field)).toBe(column)
  })

  test('a column that a camelCase name gave leads back to it, runs of capitals aside', () => {
    const word = fc.stringMatching(/^[A-Z][a-z]{1,4}[0-9]{0,2}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const name = words.join('').replace(/^./, (letter) => letter.toLowerCase())

        expect(camelCase(snakeCase(name))).toBe(name)
      }),
    )
  })

  test('paths and channels', () => {
    expect(kebabCase('accountUser')).toBe('account-user')
    expect(kebabCase('account_users')).toBe('account-users')
    expect(pascalCase('accountUser')).toBe('AccountUser')
    expect(camelCase('__proto__')).toBe('proto')
  })
})

describe('the nearest name', () => {
  const fields = ['productionId', 'name', 'note', 'zoom']

  test.each([
    ['prodctionId', 'productionId'],
    ['production_id', 'productionId'],
    ['Name', 'name'],
    ['nme', 'name'],
    ['zooom', 'zoom'],
    ['something', undefined],
  ])('to %s is %s', (written, meant) => {
    expect(closestName(written, fields)).toBe(meant)
  })

  test('in browsers is told developers only: production lists what there is', () => {
    const inDevelopment = didYouMean('nme', fields)
    vi.stubEnv('NODE_ENV', 'production')

    expect([inDevelopment, didYouMean('nme', fields)]).toEqual([' Did you mean `name`?', undefined])
    // Servers tell it always.
    expect(suggestion('nme', fields, 'Its fields are')).toBe(' Did you mean `name`?')
    vi.unstubAllEnvs()
  })

  test('of a very long one is not looked for', () => {
    expect(closestName('x'.repeat(100_000), ['x'.repeat(100_000)])).toBeUndefined()
  })

  test('without one, the known names are listed, but not hundreds', () => {
    expect(suggestion('qqqqqq', ['a', 'b'], 'There are')).toBe(' There are: `a`, `b`.')
    expect(
      suggestion(
        'qqqqqq',
        Array.from({ length: 25 }, (_, index) => `aaaaaaaaaaaaaaa${index}`),
        'There are',
      ),
    ).toContain('and 5 more')
    expect(suggestion('q', [], 'There are')).toBe('')
  })
})
