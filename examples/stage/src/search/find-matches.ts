/** Finding records by what is written in them. */

/** A record as search sees it. */
export interface Findable {
  readonly id: string
  /** What it is called. */
  readonly name: string
  /** What it is and where it belongs: "Camera, Northern Sessions Awards". */
  readonly place: string
  /** Everything else that is written in it. */
  readonly text: string
  readonly href: string
}

const MOST = 12

/** The best matches, best first: every word must occur; names count for more than notes, beginnings for more than ends. */
export function findMatches(all: readonly Findable[], query: string): Findable[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  return all
    .map((findable) => ({ findable, score: scoreOf(findable, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || compareNames(a.findable, b.findable))
    .slice(0, MOST)
    .map(({ findable }) => findable)
}

function scoreOf({ name, place, text }: Findable, words: readonly string[]): number {
  const scores = words.map((word) => scoreOfWord(word, fold(name), fold(`${place} ${text}`)))
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0)
}

function scoreOfWord(word: string, name: string, rest: string): number {
  if (name === word) return 16
  if (name.startsWith(word)) return 8
  if (name.includes(` ${word}`)) return 6
  if (name.includes(word)) return 3
  if (rest.startsWith(word) || rest.includes(` ${word}`)) return 2
  return rest.includes(word) ? 1 : 0
}

/** "Åkesson" is found by "akesson". */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

function compareNames(a: Findable, b: Findable): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}
