/** A device of `GET /sync/pull?since=…`: it knows operations and records, but no rooms. */

export interface Op {
  readonly entity: string
  readonly entityId: string
  readonly type: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly data: Readonly<Record<string, unknown>> | null
}

export interface Answer {
  readonly ops: readonly Op[]
  readonly serverSeq: number
  readonly more: boolean
  readonly reset?: boolean
}

/** Applies operations in turn, each to the record it names. */
export class SinceDevice {
  /** By entity and id. */
  readonly records = new Map<string, Readonly<Record<string, unknown>>>()
  serverSeq = 0
  readonly #ask: (path: string) => Promise<Response>
  readonly #name: string

  constructor(ask: (path: string) => Promise<Response>, name = 'device') {
    this.#ask = ask
    this.#name = name
  }

  /** Asks until there is no more. */
  async poll(): Promise<Op[]> {
    const all: Op[] = []
    for (;;) {
      const { ops, serverSeq, more } = await this.ask()
      this.serverSeq = serverSeq
      for (const op of ops) this.#apply(op)
      all.push(...ops)
      if (!more) return all
    }
  }

  /** Asks once and does nothing with the answer. */
  async ask(): Promise<Answer> {
    const response = await this.#ask(`/sync/pull?since=${this.serverSeq}&deviceId=${this.#name}`)
    return (await response.json()) as Answer
  }

  #apply({ entity, entityId, type, data }: Op): void {
    const key = `${entity} ${entityId}`
    if (type === 'DELETE') this.records.delete(key)
    else if (type === 'CREATE' || this.records.has(key))
      this.records.set(key, { ...this.records.get(key), ...data })
  }

  /** What it holds of an entity, a line for each record: the id and these fields. */
  shown(entity: string, ...fields: readonly string[]): string[] {
    return [...this.records]
      .filter(([key]) => key.startsWith(`${entity} `))
      .map(([, data]) => ['id', ...fields].map((field) => data[field]).join(' '))
      .sort()
  }
}
