/** Pages on their way from the transaction that reads them to the one that unpacks them, which may be slower. */
import { createDeferred } from '../../deferred.ts'

export class PageQueue {
  readonly #pages: unknown[] = []
  #isEnded = false
  #fault: unknown
  #changed = createDeferred<void>()

  push(pages: readonly unknown[]): void {
    this.#pages.push(...pages)
    this.#tell()
  }

  /** There are no more pages; or, with an error, the others cannot be had. */
  end(fault?: unknown): void {
    this.#isEnded = true
    this.#fault = fault
    this.#tell()
  }

  /** All pages that have come, once there are some; nothing after the last. */
  async next(): Promise<readonly unknown[] | undefined> {
    while (this.#pages.length === 0) {
      if (this.#fault !== undefined) throw this.#fault
      if (this.#isEnded) return undefined
      await this.#changed.promise
    }
    return this.#pages.splice(0)
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = createDeferred<void>()
  }
}
