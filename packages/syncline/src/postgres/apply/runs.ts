/** Arranges the ops of a group into runs of one shape, so that a group needs few calls: pure. */
import type { PreparedOp } from './prepare-op.ts'

/** An op of a group, and what runs it. */
export interface GroupOp {
  readonly prepared: PreparedOp
  /** JSON text for the shape's function. */
  readonly payload: string
}

export interface Run {
  readonly key: string
  readonly payloads: readonly string[]
}

/**
 * Each author's ops keep their order; ops of different authors came at the same time and have none. An op joins the
 * first run of its shape that does not stand before the author's op before it.
 */
export function toRuns(authors: Iterable<readonly GroupOp[]>): Run[] {
  const runs: { key: string; payloads: string[] }[] = []
  const placesOf = new Map<string, number[]>()
  for (const ops of authors) {
    let earliest = 0
    for (const { prepared, payload } of ops) {
      const places = placesOf.get(prepared.key) ?? []
      placesOf.set(prepared.key, places)
      let place = places.find((candidate) => candidate >= earliest)
      if (place === undefined) {
        place = runs.push({ key: prepared.key, payloads: [] }) - 1
        places.push(place)
      }
      runs[place]?.payloads.push(payload)
      earliest = place
    }
  }
  return runs
}
