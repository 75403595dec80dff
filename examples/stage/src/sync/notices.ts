/**
 * What the reader must be told: refused writes with what they contained, deletions that can be taken back.
 *
 *   W3 nothing lost   a refusal stays until its author has dealt with it
 */

export interface Notice {
  readonly text: string
  /** What was written and is not stored, so that it can be copied. */
  readonly kept?: string
  readonly action?: { readonly label: string; run(): void }
  /** Disappears by itself after this time, in ms. @default never */
  readonly lastsMs?: number
  /** Called when it is gone. */
  readonly onRemove?: () => void
}

export interface ShownNotice extends Notice {
  readonly key: number
}

export class Notices {
  #shown: readonly ShownNotice[] = []
  #listeners = new Set<() => void>()
  #made = 0

  get current(): readonly ShownNotice[] {
    return this.#shown
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows a notice; returns the function that removes it. */
  add(notice: Notice): () => void {
    this.#made += 1
    const key = this.#made
    const remove = () => this.remove(key)
    this.#show([...this.#shown, { ...notice, key }])
    if (notice.lastsMs !== undefined) setTimeout(remove, notice.lastsMs)
    return remove
  }

  remove(key: number): void {
    const removed = this.#shown.find((shown) => shown.key === key)
    if (!removed) return
    this.#show(this.#shown.filter((shown) => shown !== removed))
    removed.onRemove?.()
  }

  /** Runs a notice's action and removes it. */
  act({ key, action }: ShownNotice): void {
    this.remove(key)
    action?.run()
  }

  /** Takes back the last deletion that still can be; false when there is none. */
  actOnLast(): boolean {
    const last = this.#shown.findLast(({ action }) => action !== undefined)
    if (last) this.act(last)
    return last !== undefined
  }

  #show(shown: readonly ShownNotice[]): void {
    this.#shown = shown
    for (const listener of this.#listeners) listener()
  }
}
