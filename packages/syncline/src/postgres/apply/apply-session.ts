/**
 * A connection that applies ops, and the functions it has for their shapes.
 *
 * Functions live in `pg_temp`: they depend on the application's rules, so they belong to this process and end with its
 * connection; they need no more than the right to make temporary objects, which every role has by default.
 */
import { randomBytes } from 'node:crypto'
import type { Connection, Database, Row, Statement } from '../database.ts'
import type { LoneTexts } from './lone-update.ts'
import { LoneWrites } from './lone-writes.ts'
import type { PreparedOp } from './prepare-op.ts'
import type { RuleTypeFinder } from './rule-types.ts'
import type { SetHabit } from './runs.ts'
import { dropShapeFunctions, loneStatementText, shapeFunctions } from './shape-function.ts'
import type { Shape } from './shape.ts'
import { isConnectionLoss, isServerError } from './sql-error.ts'

/** Most shapes that a connection keeps functions for; the least used go first. */
const MAX_FUNCTIONS = 500

/** How often functions of one shape are made anew: each time answers a change of their table. */
const MAX_RENEWALS = 100

interface ShapeFunction {
  readonly name: string
  readonly habit: SetHabit
  /** The statement for one op, where that needs no function. */
  readonly alone: LoneTexts | undefined
  /** How often it was made anew. */
  readonly renewals: number
}

/** After so many groups, at the latest, a table is looked at again that stood in the way of sets which log themselves. */
const MAX_GROUPS_BETWEEN_LOOKS = 1024

export class ApplySession {
  readonly connection: Connection
  /** Set when the connection is gone. */
  isLost = false
  readonly #prefix = `syncline_${randomBytes(4).toString('hex')}`
  readonly #functions = new Map<string, ShapeFunction>()
  /** The last shape in use: it is at the end of them already. */
  #lastUsed: string | undefined
  readonly #loneWrites: LoneWrites
  /** Names of functions whose table has changed since; they are right all the same, and slow. */
  readonly #changed = new Set<string>()
  /** By shape, functions made anew whose sets do not log themselves any more: groups they have served. */
  readonly #patient = new Map<string, number>()
  readonly #texts = new Map<string, string>()
  #made = 0
  #named = 0

  readonly #types: RuleTypeFinder

  private constructor(connection: Connection, types: RuleTypeFinder) {
    this.connection = connection
    this.#types = types
    this.#loneWrites = new LoneWrites(connection)
    void connection.closed.then(() => {
      this.isLost = true
    })
  }

  /** Opens a connection for writing. `lockTimeoutMs` bounds how long it waits for a row that somebody holds. */
  static async open(
    database: Database,
    name: string,
    lockTimeoutMs: number,
    types: RuleTypeFinder,
  ): Promise<ApplySession> {
    const connection = await database.connect(name, {
      lock_timeout: `${lockTimeoutMs}ms`,
      synchronous_commit: 'on',
      // Every step of an op is a statement with a snapshot of its own; a stricter level would give all of them one.
      default_transaction_isolation: 'read committed',
      jit: 'off',
      // Few records, found by their ids: a rule's tables shall not be read whole for one of them (`bench`: G1), as the
      // default for spinning disks would have it, nor a table of one page row by row (`bench`: G6): pages are in memory.
      seq_page_cost: '0.1',
      random_page_cost: '0.11',
      // A process that froze inside a transaction gives its locks back.
      idle_in_transaction_session_timeout: '10s',
    })
    return new ApplySession(connection, types)
  }

  /** Whether the functions that there are may stay as they are. */
  get isSteady(): boolean {
    return this.#changed.size + this.#patient.size === 0 && this.#functions.size <= MAX_FUNCTIONS
  }

  /** Whether the functions of this shape are there; they are the last ones to go then. */
  use(key: string): boolean {
    if (key === this.#lastUsed) return true
    const known = this.#functions.get(key)
    if (known === undefined) return false
    this.#functions.delete(key)
    this.#functions.set(key, known)
    this.#lastUsed = key
    return true
  }

  /** Makes the functions that these ops need. Answers what went wrong, by the key of the shape. */
  async ensure(ops: Iterable<PreparedOp>): Promise<ReadonlyMap<string, unknown>> {
    const failures = new Map<string, unknown>()
    const needed = new Map<string, Shape>()
    for (const { key, shape } of ops) needed.set(key, shape)
    const missing: [string, Shape][] = []
    for (const [key, shape] of needed) {
      if (!this.use(key)) missing.push([key, shape])
    }
    for (const [key, shape] of missing) {
      try {
        this.#functions.set(key, await this.#make(shape))
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        failures.set(key, error)
      }
    }
    this.#lastUsed = undefined
    await this.#renewOne(needed)
    await this.#forget(needed)
    return failures
  }

  /** The ops among these, one per shape, that have no functions here yet. */
  missing(ops: Iterable<PreparedOp>): PreparedOp[] {
    const missing = new Map<string, PreparedOp>()
    for (const op of ops) if (!this.#functions.has(op.key)) missing.set(op.key, op)
    return [...missing.values()]
  }

  /** Name of the functions of a shape; `shape-function.ts` says what may stand behind it. */
  functionOf(key: string): string {
    return (this.#functions.get(key) as ShapeFunction).name
  }

  /** Whether many ops of this shape may stand in one statement, and whether that needs a setting that names them. */
  habitOf(key: string): SetHabit {
    return this.#functions.get(key)?.habit ?? 'none'
  }

  /** The statement for an op of this shape that stands alone; undefined where it calls the shape's function. */
  aloneText(key: string, isQuiet: boolean): string | undefined {
    return this.#functions.get(key)?.alone?.[isQuiet ? 'quiet' : 'loud']
  }

  /** A statement has found that its table is not what those of this name were made for. */
  tableChanged(name: string): void {
    this.#changed.add(name)
  }

  /** A statement that this connection prepares once. */
  statement(text: string, values: Statement['values']): Statement {
    let name = this.#texts.get(text)
    if (name === undefined) {
      name = `${this.#prefix}_s${this.#named++}`
      this.#texts.set(text, name)
    }
    return { text, values: values ?? [], name }
  }

  pipeline(statements: readonly Statement[]): Promise<Row[][]> {
    return this.connection.pipeline(statements)
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  /** One at a time: it takes a few ms, and the old ones write well meanwhile. */
  async #renewOne(needed: ReadonlyMap<string, Shape>): Promise<void> {
    if (this.#changed.size === 0 && this.#patient.size === 0) return
    for (const [key, shape] of needed) {
      const old = this.#functions.get(key)
      if (!old || old.renewals >= MAX_RENEWALS) continue
      const isChanged = this.#changed.delete(old.name)
      if (!isChanged && !this.#isDue(key)) continue
      try {
        return await this.#renew(key, shape, old, isChanged)
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        // What it would be made of is not there: the ops say so themselves.
      }
    }
  }

  async #renew(key: string, shape: Shape, old: ShapeFunction, isChanged: boolean): Promise<void> {
    this.#loneWrites.forget(shape.model)
    const { logged } = await this.#loneWrites.of(shape)
    if (!isChanged && !logged) return
    this.#functions.set(key, await this.#make(shape, old.renewals + 1))
    if (logged) this.#patient.delete(key)
    else this.#patient.set(key, 0)
    await this.#drop(old)
  }

  /** What stands in the way may go soon, as a trigger in the middle of a migration, or stay: looked at ever more rarely. */
  #isDue(key: string): boolean {
    const groups = this.#patient.get(key)
    if (groups === undefined) return false
    this.#patient.set(key, groups + 1)
    return (groups & (groups - 1)) === 0 || groups % MAX_GROUPS_BETWEEN_LOOKS === 0
  }

  async #make(shape: Shape, renewals = 0): Promise<ShapeFunction> {
    const name = `${this.#prefix}_${this.#made++}`
    const types = await this.#types.of(this.connection, shape)
    const habits = await this.#loneWrites.of(shape)
    await this.connection.query(shapeFunctions(name, shape, types, habits))
    return {
      name,
      habit: habits.logged ? 'logged' : habits.isAlone ? 'triggered' : 'none',
      alone: loneStatementText(name, shape, types, habits),
      renewals,
    }
  }

  async #forget(needed: ReadonlyMap<string, Shape>): Promise<void> {
    for (const [key, old] of this.#functions) {
      if (this.#functions.size <= MAX_FUNCTIONS) return
      if (needed.has(key)) continue
      this.#functions.delete(key)
      this.#changed.delete(old.name)
      this.#patient.delete(key)
      await this.#drop(old)
    }
  }

  /** With the plans of its lone op, which take more memory than a function; those that only call a function stay. */
  async #drop({ name, alone }: ShapeFunction): Promise<void> {
    for (const text of alone ? [alone.loud, alone.quiet] : []) {
      const prepared = this.#texts.get(text)
      if (prepared === undefined) continue
      this.#texts.delete(text)
      await this.connection.query(`deallocate ${prepared}`).catch(ignoreUnprepared)
    }
    await this.connection.query(dropShapeFunctions(name))
  }
}

/** What PostgreSQL refused to prepare, as while a table was renamed, is not there to be let go. */
function ignoreUnprepared(error: unknown): void {
  if (!(isServerError(error) && error.code === '26000')) throw error
}
