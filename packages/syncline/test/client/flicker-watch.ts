/**
 * Watches the names that one client sees: names are unique, so one that comes back after another was a flicker.
 *
 * A refused write, a moved or deleted record and a restored database bring old names back rightly; the history
 * says so with `forget` and `stop`.
 */
export class FlickerWatch {
  readonly #seen = new Map<string, string[]>()
  #isStopped = false
  #checked: readonly unknown[] = []

  /** The client wrote this name itself. */
  wrote(id: string, name: string): void {
    this.#note(id, name)
  }

  forget(id: string): void {
    this.#seen.delete(id)
  }

  /** Watches no longer. */
  stop(): void {
    this.#isStopped = true
  }

  check(cameras: readonly { readonly id: string; readonly name: string }[]): void {
    if (this.#isStopped || cameras === this.#checked) return
    this.#checked = cameras
    const visible = new Set(cameras.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!visible.has(id)) this.#seen.delete(id)
    for (const { id, name } of cameras) this.#note(id, name)
  }

  #note(id: string, name: string): void {
    const names = this.#seen.get(id) ?? []
    if (names.at(-1) === name) return
    if (names.includes(name))
      throw new Error(`Overlay: camera ${id} flickers: ${[...names, name].join(', ')}`)
    this.#seen.set(id, [...names, name])
  }
}
