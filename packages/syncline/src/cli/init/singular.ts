/** English plurals, as far as names of tables need them: `categories` → `category`, and back for relations. */

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['people', 'person'],
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['mice', 'mouse'],
  ['feet', 'foot'],
  ['teeth', 'tooth'],
  ['criteria', 'criterion'],
  ['indices', 'index'],
  ['matrices', 'matrix'],
  ['vertices', 'vertex'],
  ['analyses', 'analysis'],
  ['statuses', 'status'],
  ['aliases', 'alias'],
  ['buses', 'bus'],
  ['bonuses', 'bonus'],
  ['lenses', 'lens'],
  ['gases', 'gas'],
  ['movies', 'movie'],
  ['cookies', 'cookie'],
  ['caches', 'cache'],
  ['shoes', 'shoe'],
])

const PLURALS: ReadonlyMap<string, string> = new Map([...IRREGULAR].map(([plural, one]) => [one, plural]))

const UNCOUNTABLE: ReadonlySet<string> = new Set([
  'data',
  'equipment',
  'information',
  'media',
  'metadata',
  'money',
  'news',
  'series',
  'species',
  'staff',
])

const ENDINGS: readonly (readonly [ending: RegExp, one: string])[] = [
  [/(?<=..)ies$/, 'y'],
  [/(?<=ss|sh|ch|x|zz|[^aeiou]o)es$/, ''],
  [/lves$/, 'lf'],
  [/(?<!s|u|i|^len)s$/, ''],
]

/** One of what a lower-case word names; the word itself when it is no plural. */
export function singular(word: string): string {
  if (UNCOUNTABLE.has(word)) return word
  const irregular = IRREGULAR.get(word)
  if (irregular !== undefined) return irregular
  const rule = ENDINGS.find(([ending]) => ending.test(word))
  return rule === undefined ? word : word.replace(rule[0], rule[1])
}

/** Several of what a lower-case word names. */
export function plural(word: string): string {
  if (UNCOUNTABLE.has(word)) return word
  const irregular = PLURALS.get(word)
  if (irregular !== undefined) return irregular
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, 'ies')
  return /(s|sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`
}
