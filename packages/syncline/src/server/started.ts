/** The parts of a server that exist once it has started. */
import type { Writer } from '../postgres/apply/writer.ts'
import type { Tail } from '../postgres/log/tail.ts'

export class Started {
  #writer: Writer | undefined
  #tail: Tail | undefined

  get writer(): Writer {
    return this.#writer ?? notStarted()
  }

  set writer(writer: Writer) {
    this.#writer = writer
  }

  get tail(): Tail {
    return this.#tail ?? notStarted()
  }

  set tail(tail: Tail) {
    this.#tail = tail
  }

  get isComplete(): boolean {
    return this.#tail !== undefined
  }

  get lagMs(): number {
    return this.#tail?.lagMs ?? 0
  }

  async close(): Promise<void> {
    await this.#writer?.close()
    await this.#tail?.close()
  }
}

function notStarted(): never {
  throw new Error('The server has not started yet. Wait for `ready`.')
}
