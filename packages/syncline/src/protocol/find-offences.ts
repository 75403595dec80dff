/**
 * Finds where a frame repeats a key, names `__proto__`, or nests too deep. Runs only when the quick scan says that
 * something is wrong; works on the text (a parsed value no longer shows it), in one pass and without recursion.
 */
import { MAX_JSON_DEPTH } from '../schema/check-json.ts'
import { MAX_MESSAGE_DEPTH, MAX_PUSH_OPS } from './limits.ts'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  endOfString,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from './scan-frame.ts'

export interface Offence {
  readonly kind: 'repeated' | 'prototype' | 'deep'
  /** Names and list indexes that lead there; the last is the key, except for `deep`. */
  readonly path: readonly (string | number)[]
}

interface Level {
  readonly isList: boolean
  /** Keys so far; made with the first. */
  seen: Set<string> | undefined
  /** Key or index of the member that is being read. */
  at: string | number
}

/** Returns the offences in order, at most one below each two first steps (an op of a push); `text` must be valid JSON. */
export function findOffences(text: string): readonly Offence[] {
  const levels: Level[] = []
  const offences = new Offences(levels)
  for (let index = 0; index < text.length && offences.found.length < ENOUGH; index++) {
    const level = levels.at(-1)
    const unit = text.charCodeAt(index)
    switch (unit) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        levels.push({ isList: unit === OPEN_LIST, seen: undefined, at: 0 })
        if (levels.length === deepestAt(levels) + 1) offences.report('deep')
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop()
        break
      case COMMA:
        if (level?.isList) level.at = (level.at as number) + 1
        break
      case QUOTE: {
        const end = endOfString(text, index)
        if (level !== undefined && !level.isList && isKey(text, end)) {
          level.at = keyOf(text, index, end)
          if (level.at === '__proto__') offences.report('prototype')
          level.seen ??= new Set()
          if (level.seen.has(level.at)) offences.report('repeated')
          level.seen.add(level.at)
        }
        index = end
      }
    }
  }
  return offences.found
}

class Offences {
  readonly found: Offence[] = []
  readonly #levels: readonly Level[]
  readonly #places = new Set<unknown>()

  constructor(levels: readonly Level[]) {
    this.#levels = levels
  }

  /** Notes an offence at the current place, unless its op has one already. */
  report(kind: Offence['kind']): void {
    const [first, second, third] = this.#levels
    // A repeated `n` leaves the op's number uncertain, so it is told even after another offence of the op.
    const isNumber = this.#levels.length === 3 && third?.at === 'n'
    const place =
      typeof second?.at === 'number' ? (isNumber ? -1 - second.at : second.at) : `${first?.at}/${second?.at}`
    if (this.#places.has(place)) return
    this.#places.add(place)
    this.found.push({ kind, path: this.#levels.map(({ at }) => at) })
  }
}

// A push: its message, its list, an op, its fields, and then a JSON value of full depth.
const MAX_PUSH_DEPTH = MAX_JSON_DEPTH + 4

const deepestAt = (levels: readonly Level[]) => (levels[0]?.at === 'ops' ? MAX_PUSH_DEPTH : MAX_MESSAGE_DEPTH)

/** The key between two quotes, its escapes undone. */
function keyOf(text: string, start: number, end: number): string {
  const written = text.slice(start + 1, end)
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written
}

/** Whether the string that ends at `end` is a key: in JSON a colon follows nothing else. */
function isKey(text: string, end: number): boolean {
  let index = end + 1
  while (text.charCodeAt(index) <= SPACE) index++
  return text.charCodeAt(index) === COLON
}

const SPACE = 32

// Two for each op that is read at all: past that, the push is refused for its length.
const ENOUGH = 2 * MAX_PUSH_OPS + 2
