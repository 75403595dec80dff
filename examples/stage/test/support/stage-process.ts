/** The built examples as a process of its own, as `npm start` runs it: started, killed, started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from 'syncline/testing'

/** A new embedded database takes a few seconds, and many times that while other tests keep the machine busy. */
const START_WITHIN_MS = 100_000
const MAIN = fileURLToPath(new URL('../../../server/dist/server/main.js', import.meta.url))

export interface StageProcess {
  readonly url: string
  /** Everything it has logged, one JSON object a line. */
  readonly log: () => string
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>
  /** Starts it again on the same port, database and data folder. */
  start(): Promise<void>
  /** Kills what still runs and removes its data folder. */
  remove(): Promise<void>
}

/** Starts the server on a free port; without a database URL it brings its own database. */
export async function startStage(databaseUrl?: string): Promise<StageProcess> {
  if (!existsSync(MAIN))
    throw new Error(`${MAIN} is not there. Run \`npm run build\` first; \`npm test\` does.`)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const dataDir = mkdtempSync(join(tmpdir(), 'syncline-stage-'))
  const env = { ...process.env, PORT: String(port), DATA_DIR: dataDir, DATABASE_URL: databaseUrl ?? '' }
  let server: ChildProcess | undefined
  let log = ''

  const start = async () => {
    server = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (chunk: Buffer) => {
      log += chunk.toString()
    }
    server.stdout?.on('data', keep)
    server.stderr?.on('data', keep)
    await untilHealthy(url, server, () => log)
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = server
    server = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return running?.exitCode ?? null
    const exit = new Promise<number | null>((resolve) => running.once('exit', resolve))
    running.kill(signal)
    return exit
  }
  try {
    await start()
  } catch (error) {
    await end('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
  return {
    url,
    log: () => log,
    start,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    async remove() {
      await end('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function untilHealthy(url: string, server: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS
  while (Date.now() < deadline) {
    if (server.exitCode !== null) break
    const isHealthy = await fetch(`${url}/sync/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The examples did not become healthy. It logged:\n${log()}`)
}
