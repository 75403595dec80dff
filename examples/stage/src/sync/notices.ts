/**
 * What the reader must be told: refused writes with what they contained, deletions that can be taken back.
 *
 *   W3 nothing lost   a refusal stays until its author has dealt with it
 */
import type { Observable } from 'syncline/client'

export interface Notice {
  /** What it says; that can become more exact. */
  readonly text: string | Observable<string>
  /** What was written and is not stored, so that it can be copied. */
  readonly kept?: string
  /** `record`: the id of the record that the action brings back. */
  readonly action?: { readonly label: string; readonly record?: string; run(): void }
  /** Disappears by itself after this time, in ms, while nobody holds the notices. @default never */
  readonly lastsMs?: number
  /** Called when it is gone. */
  readonly onRemove?: () => void
}

export interface ShownNotice extends Notice {
  readonly key: number
}

/** What is on the notices. */
type Holder = 'pointer' | 'focus'

export class Notices {
  #shown: readonly ShownNotice[] = []
  #listeners = new Set<() => void>()
  #made = 0
  readonly #holders = new Set<Holder>()
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()

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
    const shown = { ...notice, key }
    this.#show([...this.#shown, shown])
    if (this.#holders.size === 0) this.#beginToEnd(shown)
    return () => this.remove(key)
  }

  /** None disappears by itself until every holder has let go: somebody is reading, or about to act. */
  hold(holder: Holder): void {
    this.#holders.add(holder)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** When nobody else holds them, each has its whole time again from now on. */
  release(holder: Holder): void {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return
    for (const shown of this.#shown) this.#beginToEnd(shown)
  }

  remove(key: number): void {
    const removed = this.#shown.find((shown) => shown.key === key)
    if (!removed) return
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    this.#show(this.#shown.filter((shown) => shown !== removed))
    // What went under the pointer or with the focus tells nobody that it is left.
    if (this.#shown.length === 0) this.#holders.clear()
    removed.onRemove?.()
  }

  /** Runs a notice's action and removes it. */
  act({ key, action }: ShownNotice): void {
    this.remove(key)
    action?.run()
  }

  /** Brings back the last deleted record that still can be; false when there is none. */
  actOnLast(): boolean {
    const last = this.#shown.findLast(({ action }) => action?.record !== undefined)
    if (last) this.act(last)
    return last !== undefined
  }

  #beginToEnd({ key, lastsMs }: ShownNotice): void {
    if (lastsMs === undefined) return
    this.#timers.set(
      key,
      setTimeout(() => this.remove(key), lastsMs),
    )
  }

  #show(shown: readonly ShownNotice[]): void {
    this.#shown = shown
    for (const listener of this.#listeners) listener()
  }
}
