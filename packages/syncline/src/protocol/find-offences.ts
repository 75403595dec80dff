/**
 * Finds where a frame repeats a key, names `__proto__`, or nests too deep. Runs only when the quick scan says that
 * something is wrong; works on the text (a parsed value no longer shows it) and does not recurse.
 */
import { MAX_MESSAGE_DEPTH, MAX_PUSH_DEPTH } from './limits.ts'
import { endOfString } from './scan-frame.ts'

export interface Offence {
  readonly kind: 'repeated' | 'prototype' | 'deep'
  /** Names and list indexes that lead there; the last is the key, except for `deep`. */
  readonly path: readonly (string | number)[]
}

interface Level {
  readonly isList: boolean
  readonly seen: Set<string>
  /** Key or index of the member that is being read. */
  at: string | number
}

/** Returns the offences in order, at most one below each two first steps (an op of a push); `text` must be valid JSON. */
export function findOffences(text: string): readonly Offence[] {
  const levels: Level[] = []
  const offences = new Map<string, Offence>()
  const report = (kind: Offence['kind']) => {
    // A repeated `n` leaves the op's number uncertain, so it is told even after another offence of the op.
    const place = JSON.stringify([levels[0]?.at, levels[1]?.at, levels.length === 3 && levels[2]?.at === 'n'])
    if (!offences.has(place)) offences.set(place, { kind, path: levels.map(({ at }) => at) })
  }
  for (let index = 0; index < text.length; index++) {
    const level = levels.at(-1)
    switch (text[index]) {
      case '{':
      case '[':
        levels.push({ isList: text[index] === '[', seen: new Set(), at: 0 })
        if (levels.length === deepestAt(levels) + 1) report('deep')
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (level?.isList) level.at = (level.at as number) + 1
        break
      case '"': {
        const end = endOfString(text, index)
        if (level !== undefined && !level.isList && isKey(text, end)) {
          const key = JSON.parse(text.slice(index, end + 1)) as string
          level.at = key
          if (key === '__proto__') report('prototype')
          if (level.seen.has(key)) report('repeated')
          level.seen.add(key)
        }
        index = end
      }
    }
  }
  return [...offences.values()]
}

const deepestAt = (levels: readonly Level[]) => (levels[0]?.at === 'ops' ? MAX_PUSH_DEPTH : MAX_MESSAGE_DEPTH)

/** Whether the string that ends at `end` is a key: in JSON a colon follows nothing else. */
function isKey(text: string, end: number): boolean {
  let index = end + 1
  while (index < text.length && /\s/.test(text[index] as string)) index++
  return text[index] === ':'
}
