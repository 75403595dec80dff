/**
 * Watches what one client sees, at every change: camera names are unique, so one that comes back after another was
 * a flicker; tallies only count up, so one that falls had counted something twice, or lost it for a moment.
 *
 * A refused write, a record that went, and a restored database bring old values back rightly.
 */
import type { Client } from '../../src/client/client.ts'
import type { StageSchema } from './stage-schema.ts'

export class FlickerWatch {
  readonly #names = new Map<string, string[]>()
  readonly #totals = new Map<string, number>()
  /** Ids that flickered, unless it turns out that a write on them was refused. */
  readonly #suspicions = new Map<string, string>()
  #isStopped = false

  /** Watches a client from now on. */
  attach(client: Client<StageSchema>): void {
    this.attachNames(client)
    client.query.tally.subscribe(() => this.#seeTallies(client.query.tally.current))
  }

  /** Watches names only: a count that a page has sent, and been closed before the answer, may be shown twice until then. */
  attachNames(client: Client<StageSchema>): void {
    client.query.camera.subscribe(() => this.#seeCameras(client.query.camera.current))
  }

  /** Old values of this record may come back. */
  forget(id: string): void {
    this.#names.delete(id)
    this.#totals.delete(id)
    this.#suspicions.delete(id)
  }

  /** Watches no longer. */
  stop(): void {
    this.#isStopped = true
    this.#suspicions.clear()
  }

  /** Throws what was seen since. */
  check(): void {
    for (const suspicion of this.#suspicions.values()) throw new Error(`Overlay: ${suspicion}`)
  }

  #seeCameras(cameras: readonly { readonly id: string; readonly name: string }[]): void {
    if (this.#isStopped) return
    forgetMissing(this.#names, cameras)
    for (const { id, name } of cameras) {
      const names = this.#names.get(id) ?? []
      if (names.at(-1) === name) continue
      if (names.includes(name))
        this.#suspicions.set(id, `camera ${id} flickers: ${[...names, name].join(', ')}`)
      this.#names.set(id, [...names, name])
    }
  }

  #seeTallies(tallies: readonly { readonly id: string; readonly total: number }[]): void {
    if (this.#isStopped) return
    forgetMissing(this.#totals, tallies)
    for (const { id, total } of tallies) {
      const before = this.#totals.get(id) ?? 0
      if (total < before) this.#suspicions.set(id, `tally ${id} falls from ${before} to ${total}`)
      this.#totals.set(id, total)
    }
  }
}

function forgetMissing(known: Map<string, unknown>, rows: readonly { readonly id: string }[]): void {
  const visible = new Set(rows.map(({ id }) => id))
  for (const id of known.keys()) if (!visible.has(id)) known.delete(id)
}
