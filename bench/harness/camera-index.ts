/** Reference of G10: cameras sorted by zoom and id, written by hand for this one query. */

export interface Camera {
  readonly id: string
  readonly productionId: string
  readonly name: string
  readonly zoom: number
}

const BLOCK = 512

const isBefore = (a: Camera, b: Camera) => a.zoom < b.zoom || (a.zoom === b.zoom && a.id < b.id)

export class CameraIndex {
  readonly #byId: Map<string, Camera>
  readonly #blocks: Camera[][] = []

  constructor(cameras: readonly Camera[]) {
    this.#byId = new Map(cameras.map((camera) => [camera.id, camera]))
    const sorted = [...cameras].sort((a, b) => (isBefore(a, b) ? -1 : 1))
    for (let at = 0; at < sorted.length; at += BLOCK) this.#blocks.push(sorted.slice(at, at + BLOCK))
  }

  /** Changes one camera; answers whether it was or is among the first `shown`. */
  set(id: string, zoom: number, shown: number): boolean {
    const before = this.#byId.get(id) as Camera
    const after = { ...before, zoom }
    this.#byId.set(id, after)
    const last = this.at(shown - 1)
    const wasShown = !last || !isBefore(last, before)
    this.#remove(before)
    this.#insert(after)
    return wasShown || !last || !isBefore(last, after)
  }

  /** The first cameras, as a new array. */
  take(count: number): Camera[] {
    const first = this.#blocks[0] as Camera[]
    if (count <= first.length) return first.slice(0, count)
    const all = ([] as Camera[]).concat(...this.#blocks)
    return all.length > count ? all.slice(0, count) : all
  }

  /** The camera at this place, from 0. */
  at(place: number): Camera | undefined {
    let rest = place
    for (const block of this.#blocks) {
      if (rest < block.length) return block[rest]
      rest -= block.length
    }
    return undefined
  }

  #remove(camera: Camera): void {
    const place = this.#blockOf(camera)
    const block = this.#blocks[place] as Camera[]
    block.splice(placeIn(block, camera), 1)
    if (block.length === 0) this.#blocks.splice(place, 1)
  }

  #insert(camera: Camera): void {
    const place = Math.min(this.#blockOf(camera), this.#blocks.length - 1)
    const block = this.#blocks[place] as Camera[]
    block.splice(placeIn(block, camera), 0, camera)
    if (block.length > 2 * BLOCK) this.#blocks.splice(place, 1, block.slice(0, BLOCK), block.slice(BLOCK))
  }

  /** The first block that does not end before this camera. */
  #blockOf(camera: Camera): number {
    let [low, high] = [0, this.#blocks.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore((this.#blocks[middle] as Camera[]).at(-1) as Camera, camera)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function placeIn(block: readonly Camera[], camera: Camera): number {
  let [low, high] = [0, block.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(block[middle] as Camera, camera)) low = middle + 1
    else high = middle
  }
  return low
}
