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
  /** It belongs to what is open on the page: of two that match as well it comes first. */
  readonly isNear?: boolean
}

/** As many are shown as one looks through. */
const MOST = 12

export interface Matches {
  /** The best, best first. */
  readonly best: readonly Findable[]
  /** How many match. */
  readonly count: number
}

/** What matches: every word must occur; names count for more than notes, beginnings for more than ends. */
export function findMatches(all: readonly Findable[], query: string): Matches {
  const words = fold(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return { best: [], count: 0 }
  const matches = all
    .map((findable) => ({ findable, score: scoreOf(findable, words) }))
    .filter(({ score }) => score > 0)
    .sort(
      (a, b) =>
        b.score - a.score || nearFirst(a.findable, b.findable) || compareNames(a.findable, b.findable),
    )
    .map(({ findable }) => findable)
  return { best: matches.slice(0, MOST), count: matches.length }
}

function scoreOf(findable: Findable, words: readonly string[]): number {
  const { name, rest } = foldedOf(findable)
  const scores = words.map((word) => scoreOfWord(word, name, rest))
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

interface Folded {
  readonly name: string
  readonly rest: string
}

/** Folding costs far more than comparing, and the same records are searched with every key. */
const folded = new WeakMap<Findable, Folded>()

function foldedOf(findable: Findable): Folded {
  const known = folded.get(findable)
  if (known) return known
  const { name, place, text } = findable
  const made = { name: fold(name), rest: fold(`${place} ${text}`) }
  folded.set(findable, made)
  return made
}

/** "Åkesson" is found by "akesson". */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

function nearFirst(a: Findable, b: Findable): number {
  return Number(b.isNear ?? false) - Number(a.isNear ?? false)
}

function compareNames(a: Findable, b: Findable): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}
