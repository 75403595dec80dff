/** The cameras that pages hold: the same ones in every run. */
import type { Camera } from './camera-index.ts'

export const ROOM = 'Production:production-1'

/** Numbers that look random and repeat (mulberry32). */
export function numbersFrom(start: number): (below: number) => number {
  let seed = start
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Cameras of one production, their zoom below a million. */
export function manyCameras(count: number): Camera[] {
  const random = numbersFrom(42)
  return Array.from({ length: count }, (_, n) => ({
    id: `camera-${String(n).padStart(6, '0')}`,
    productionId: 'production-1',
    name: `Camera ${n}`,
    zoom: random(1_000_000),
  }))
}
