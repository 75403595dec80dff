/** Runs PostgreSQL's own load generator. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPostgres } from 'syncline/testing'

export interface PgbenchOptions {
  readonly url: string
  readonly clients: number
  readonly seconds: number
  /** pgbench script: one transaction. */
  readonly script: string
}

/** Transactions per second; throws when a transaction failed. */
export async function runPgbench({ url, clients, seconds, script }: PgbenchOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-pgbench-'))
  const file = join(folder, 'transaction.sql')
  writeFileSync(file, script)
  try {
    const options = [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(clients),
      '-j',
      '1',
      '-T',
      String(seconds),
      '-f',
      file,
    ]
    const { stdout } = await promisify(execFile)(findPgbench(), [...options, url])
    return rateOf(stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Reads the rate out of pgbench's report. */
export function rateOf(report: string): number {
  const failed = Number(/^number of failed transactions: (\d+)/m.exec(report)?.[1] ?? 0)
  if (failed > 0) throw new Error(`pgbench: ${failed} transactions failed. Its report:\n${report}`)
  // On a machine that is too busy to begin, pgbench leaves the line out.
  if (/^number of transactions actually processed: 0$/m.test(report)) return 0
  const rate = Number(/^tps = ([\d.]+)/m.exec(report)?.[1])
  if (Number.isNaN(rate)) throw new Error(`pgbench reported no rate. Its report:\n${report}`)
  return rate
}

function findPgbench(): string {
  const programs = findPostgres()
    .map(({ bin }) => join(bin, 'pgbench'))
    .filter((file) => existsSync(file))
  // On PATH, or the error names what is missing.
  return programs.at(-1) ?? 'pgbench'
}
