/** Wakes a tail that rests, and remembers a wake-up that came while it did not. */
import type { WokenBy } from './sleeper.ts'

/** A rest may end so much too soon: timers count whole ms. */
const NEARLY_MS = 1

export class Alarm {
  #isRung = false
  #isByWriter = false
  #rouse: ((isRung: boolean) => void) | undefined
  #dueMs = 0
  /** Goes on when a rest is cut short, for the next one: to set one for each would cost more than all else here. */
  #timer: NodeJS.Timeout | undefined
  #timerMs = 0

  get isRung(): boolean {
    return this.#isRung
  }

  /** Who rang since it was set. */
  get rungBy(): WokenBy {
    return this.#isByWriter ? 'writer' : 'self'
  }

  ring(by: WokenBy = 'self'): void {
    if (by === 'writer') this.#isByWriter = true
    this.#isRung = true
    this.#end(true)
  }

  /** Forgets what it was rung for. */
  set(): void {
    this.#isRung = false
    this.#isByWriter = false
  }

  /** Resolves to true when rung, to false when the time is over. */
  rest(ms: number): Promise<boolean> {
    if (this.#isRung) return Promise.resolve(true)
    return new Promise((resolve) => {
      this.#rouse = resolve
      this.#dueMs = performance.now() + ms
      this.#wakeAtLast(ms)
    })
  }

  /** Nobody rests here any more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #end(isRung: boolean): void {
    const rouse = this.#rouse
    this.#rouse = undefined
    rouse?.(isRung)
  }

  #wakeAtLast(ms: number): void {
    if (this.#timer && this.#timerMs <= this.#dueMs) return
    clearTimeout(this.#timer)
    this.#timerMs = this.#dueMs
    this.#timer = setTimeout(() => this.#onTime(), ms)
  }

  #onTime(): void {
    this.#timer = undefined
    if (!this.#rouse) return
    const leftMs = this.#dueMs - performance.now()
    if (leftMs < NEARLY_MS) this.#end(false)
    else this.#wakeAtLast(leftMs)
  }
}
