/**
 * PostgreSQL's own load generator, with sessions that stay open from the first round to the last, as an
 * application's do: a session's first writes compile the functions of triggers and map the server's memory, and runs
 * of a session for two seconds would mostly measure that.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findPostgres } from 'syncline/testing'

export interface WritersOptions {
  readonly url: string
  readonly clients: number
  /** pgbench script: one transaction, which writes. */
  readonly script: string
}

/** Writes before the first round. */
const WARM_MS = 2_000
/** From its start or its end on, a run is not counted: the writers go on or stop. */
const EDGE_MS = 50
const LONGEST_START_MS = 20_000
/** Longer than any benchmark. */
const SECONDS = 86_400

/** Writers that stand still but for the runs that they are asked for. */
export class Writers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'syncline-pgbench-'))
  readonly #process: ChildProcess
  readonly #client: pg.Client
  #said = ''
  #hasEnded = false
  readonly #killAtExit = () => this.#process.kill('SIGKILL')

  /** Opens their sessions, and warms them. */
  static async open(options: WritersOptions): Promise<Writers> {
    const client = new pg.Client(options.url)
    await client.connect()
    const writers = new Writers(options, client)
    try {
      await writers.#haveConnected(options.clients)
      await sleep(WARM_MS)
      writers.#process.kill('SIGSTOP')
      writers.#check()
      return writers
    } catch (error) {
      await writers.close()
      throw error
    }
  }

  private constructor({ url, clients, script }: WritersOptions, client: pg.Client) {
    this.#client = client
    const file = join(this.#folder, 'transaction.sql')
    writeFileSync(file, script)
    const options = ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', SECONDS, '-f', file, url]
    this.#process = spawn(findPgbench(), options.map(String), { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process.stderr?.on('data', (text: Buffer) => (this.#said += text.toString()))
    this.#process.once('error', (error) => this.#end(error.message))
    this.#process.once('exit', (code) => this.#end(`exit code ${code}`))
    process.once('exit', this.#killAtExit)
  }

  /** Transactions per second over `ms`; throws when a transaction failed. Nobody else may write meanwhile. */
  async rate(ms: number): Promise<number> {
    this.#process.kill('SIGCONT')
    await sleep(EDGE_MS)
    const from = await this.#reading()
    await sleep(ms)
    const to = await this.#reading()
    this.#process.kill('SIGSTOP')
    await sleep(EDGE_MS)
    this.#check()
    return ((to.transactions - from.transactions) / (to.atMs - from.atMs)) * 1_000
  }

  async close(): Promise<void> {
    process.off('exit', this.#killAtExit)
    this.#process.kill('SIGKILL')
    await this.#client.end()
    rmSync(this.#folder, { recursive: true })
  }

  /** Each transaction that writes takes one number of the cluster's. */
  async #reading(): Promise<{ transactions: number; atMs: number }> {
    const sql = 'select pg_snapshot_xmax(pg_current_snapshot())::text as next'
    const { rows } = await this.#client.query<{ next: string }>(sql)
    return { transactions: Number(rows[0]?.next), atMs: performance.now() }
  }

  async #haveConnected(clients: number): Promise<void> {
    const sql = `select count(*)::integer as sessions from pg_stat_activity
      where datname = current_database() and application_name = 'pgbench'`
    const deadline = performance.now() + LONGEST_START_MS
    for (;;) {
      this.#check()
      const { rows } = await this.#client.query<{ sessions: number }>(sql)
      if (rows[0]?.sessions === clients) return
      if (performance.now() > deadline)
        throw new Error(
          `pgbench opened ${rows[0]?.sessions} of ${clients} sessions in ${LONGEST_START_MS / 1_000} s.`,
        )
      await sleep(20)
    }
  }

  #end(reason: string): void {
    this.#hasEnded = true
    this.#said += reason
  }

  #check(): void {
    // A client whose transaction failed stops, and says so.
    const isTrouble = this.#hasEnded || /aborted|error/i.test(this.#said)
    if (isTrouble) throw new Error(`pgbench did not write: ${this.#said.trim()}`)
  }
}

function findPgbench(): string {
  const programs = findPostgres()
    .map(({ bin }) => join(bin, 'pgbench'))
    .filter((file) => existsSync(file))
  // On PATH, or the error names what is missing.
  return programs.at(-1) ?? 'pgbench'
}
