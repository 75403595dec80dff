/**
 * A prepared statement on a `pg` client, with no more around it than its messages.
 *
 * `pg` asks for the names and types of a statement's columns each time, and builds its result anew from the answer, which
 * took as long as all else that this process does about a write (`bench`: G1). They are asked for once: PostgreSQL refuses
 * a prepared statement whose columns have changed. A pipelined client takes queries of its own class alone, so it is one.
 */
import pg from 'pg'
import type { Parameter, Row } from '../database.ts'
import { parameterText } from '../parameter-text.ts'
import { resultTypes } from './result-types.ts'

interface Columns {
  readonly names: readonly string[]
  readonly parsers: readonly ((text: string) => unknown)[]
}

/** What `pg` calls of its connection; its own types do not name them. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>
  readonly submittedNamedStatements: Record<string, string | undefined>
  /** That of PGlite does not wait for more. */
  readonly stream: { cork?(): void; uncork?(): void }
  parse(message: { name: string; text: string }): void
  bind(message: { statement: string; values: readonly (string | Buffer | null)[] }): void
  describe(message: { type: 'P' }): void
  execute(message: object): void
  sync(): void
}

export interface PreparedStatement {
  readonly name: string
  readonly text: string
  readonly values?: readonly Parameter[]
}

/** What is known of the columns of a connection's statements, by name. */
type KnownColumns = Map<string, Columns>

const knownColumns = new WeakMap<pg.ClientBase, KnownColumns>()

/** Called once, with the error or the rows. */
export type Answered = (error: Error | null | undefined, rows?: Row[]) => void

/** Begins to run it, preparing it where the connection has not done so yet. */
export function startPrepared(client: pg.ClientBase, statement: PreparedStatement, answered: Answered): void {
  let known = knownColumns.get(client)
  if (!known) knownColumns.set(client, (known = new Map()))
  client.query(new PreparedQuery(statement, known, answered) as unknown as pg.Submittable)
}

const NONE: Columns = { names: [], parsers: [] }

/** One execution. `client.query` takes it and calls the rest. */
class PreparedQuery {
  readonly name: string
  readonly text: string
  readonly callback: Answered
  readonly #values: readonly (string | Buffer | null)[]
  readonly #known: KnownColumns
  readonly #rows: Row[] = []
  #columns: Columns | undefined

  constructor({ name, text, values = [] }: PreparedStatement, known: KnownColumns, callback: Answered) {
    this.name = name
    this.text = text
    this.callback = callback
    this.#values = values.map(toWire)
    this.#known = known
    this.#columns = known.get(name)
  }

  submit(wire: Wire): Error | null {
    const former = wire.parsedStatements[this.name] ?? wire.submittedNamedStatements[this.name]
    if (former !== undefined && former !== this.text)
      return new Error(
        `The prepared statement "${this.name}" is another one on this connection. Give each text a name of its own.`,
      )
    wire.stream.cork?.()
    if (former === undefined) {
      wire.parse({ name: this.name, text: this.text })
      wire.submittedNamedStatements[this.name] = this.text
    }
    wire.bind({ statement: this.name, values: this.#values })
    if (!this.#columns) wire.describe({ type: 'P' })
    wire.execute({})
    wire.sync()
    wire.stream.uncork?.()
    return null
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => resultTypes.getTypeParser(dataTypeID)),
    }
    this.#known.set(this.name, this.#columns)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { names, parsers } = this.#columns ?? NONE
    const row: Row = {}
    for (let index = 0; index < fields.length; index++) {
      const text = fields[index] as string | null
      row[names[index] as string] = text === null ? null : parsers[index]?.(text)
    }
    this.#rows.push(row)
  }

  handleCommandComplete(): void {
    if (!this.#columns) this.#known.set(this.name, NONE)
  }

  handleEmptyQuery(): void {}

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#rows)
  }
}

// The constructor of `pg`'s class copies its configuration property by property, and makes an emitter and a result.
Object.setPrototypeOf(PreparedQuery.prototype, pg.Query.prototype)

function toWire(value: Parameter): string | Buffer | null {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return parameterText(value)
}
