/** Names in code for what a database calls otherwise: `media_type`, `MediaType`, `MEDIA TYPE` → `mediaType`. */
import { camelCase } from '../../schema/camel-case.ts'
import { snakeCase } from '../../schema/snake-case.ts'
import { plural, singular } from './singular.ts'

/** camelCase of a table's or column's name; letters that code cannot have are dropped. */
export function codeName(name: string): string {
  return camelCase(snakeWords(name)) || 'unnamed'
}

/** The name in snake_case and plain letters, whatever its spelling in the database. */
export function snakeWords(name: string): string {
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  const words = snakeCase(plain)
  return /^\d/.test(words) ? `n${words}` : words
}

/** Name of the model of a table: one record of `film_categories` is a `filmCategory`. */
export function modelName(table: string): string {
  return camelCase(withLastWord(snakeWords(table), singular)) || 'unnamed'
}

/** Name for several records of a model: `filmCategories`. */
export function pluralName(model: string): string {
  return camelCase(withLastWord(snakeWords(model), plural))
}

function withLastWord(words: string, change: (word: string) => string): string {
  const at = words.lastIndexOf('_') + 1
  return words.slice(0, at) + change(words.slice(at))
}

/** The name, or with the first number that nothing else has: `name2`. */
export function freeName(name: string, taken: (candidate: string) => boolean): string {
  if (!taken(name)) return name
  for (let number = 2; ; number++) if (!taken(`${name}${number}`)) return `${name}${number}`
}
