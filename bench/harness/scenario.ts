/** What a scenario is, and what it is given. */
import type { Cluster, TestDatabase } from 'syncline/testing'
import { createTestDatabase } from 'syncline/testing'
import { type Program, startProgram } from './child.ts'
import { GENERATOR_CORE, SERVER_CORE } from './cores.ts'
import { Writers, type WritersOptions } from './pgbench.ts'
import type { ScenarioResult } from './rounds.ts'

export interface Scenario {
  /** As it is called on the command line: `g1`. */
  readonly id: string
  /** What it measures, in a line of the README's table. */
  readonly title: string
  /** Measures; each result is handed on as soon as it is there. */
  run(bench: Bench): AsyncIterable<ScenarioResult>
}

/** Starts what a scenario needs; `end` stops all of it. */
export class Bench {
  readonly cluster: Cluster
  readonly #programs: Program[] = []
  readonly #databases: TestDatabase[] = []
  readonly #writers: Writers[] = []

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** A program under test, on the server's core. */
  server(name: string): Promise<Program> {
    return this.#start(name, SERVER_CORE)
  }

  /** The load generator, or another program on its side of the wire, on a core of its own. */
  generator(name = 'load'): Promise<Program> {
    return this.#start(name, GENERATOR_CORE)
  }

  /** A fresh database of the durable cluster. */
  async database(): Promise<TestDatabase> {
    const database = await createTestDatabase(this.cluster.url())
    this.#databases.push(database)
    return database
  }

  /** Programs that write past Syncline; `dismiss` ends those there are. */
  async writers(options: WritersOptions): Promise<Writers> {
    const writers = await Writers.open(options)
    this.#writers.push(writers)
    return writers
  }

  async dismiss(): Promise<void> {
    for (const writers of this.#writers.splice(0)) await writers.close()
  }

  async end(): Promise<void> {
    await this.dismiss()
    await Promise.all(this.#programs.splice(0).map((program) => program.stop()))
    for (const database of this.#databases.splice(0)) await database.drop()
  }

  async #start(name: string, core: number | undefined): Promise<Program> {
    const program = await startProgram(name, { core })
    this.#programs.push(program)
    return program
  }
}
