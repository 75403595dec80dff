/** Wakes a tail that rests, and remembers a wake-up that came while it did not. */
import type { WokenBy } from './sleeper.ts'

export class Alarm {
  #isRung = false
  #isByWriter = false
  #rouse: () => void = () => {}

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
    this.#rouse()
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
      const timer = setTimeout(() => resolve(false), ms)
      this.#rouse = () => {
        clearTimeout(timer)
        this.#rouse = () => {}
        resolve(true)
      }
    })
  }
}
