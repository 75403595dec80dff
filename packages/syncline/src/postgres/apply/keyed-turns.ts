/** Turns by key: work with the same key waits for each other, in order. */
import { takeTurns, type Turns } from '../drivers/turns.ts'

export class KeyedTurns {
  readonly #lines = new Map<string, { readonly turns: Turns; length: number }>()

  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? { turns: takeTurns(), length: 0 }
    this.#lines.set(key, line)
    line.length++
    const pass = await line.turns.take()
    try {
      return await work()
    } finally {
      pass()
      line.length--
      if (line.length === 0) this.#lines.delete(key)
    }
  }
}
