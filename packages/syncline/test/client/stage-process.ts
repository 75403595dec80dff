/** Builds and runs a program such as `stage-program.ts`: a real server that can be killed at any moment and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

export interface StageProcess {
  /** Resolves when it answers. */
  start(): Promise<void>
  /** Resolves when the process is gone; it is asked nothing. */
  kill(): Promise<void>
  remove(): Promise<void>
}

export interface StageProcessOptions {
  /** @default stage-program.ts */
  readonly entry?: string
  /** Options of Node. @default none */
  readonly flags?: readonly string[]
}

/** Builds the program; nothing runs before `start`. */
export async function buildStageProcess(
  databaseUrl: string,
  port: number,
  { entry = join(import.meta.dirname, 'stage-program.ts'), flags = [] }: StageProcessOptions = {},
): Promise<StageProcess> {
  // Below the package, so that the program finds its dependencies.
  const base = join(import.meta.dirname, '../../node_modules/.cache')
  mkdirSync(base, { recursive: true })
  const folder = mkdtempSync(join(base, 'stage-process-'))
  const program = join(folder, 'stage.mjs')
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  let child: ChildProcess | undefined
  let isMigrated = false
  const kill = async () => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGKILL')
    await gone
  }
  return {
    async start() {
      child = spawn(process.execPath, [...flags, program], {
        env: {
          ...process.env,
          DATABASE_URL: databaseUrl,
          PORT: String(port),
          MIGRATED: isMigrated ? 'yes' : 'no',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      await untilReady(child)
      isMigrated = true
    },
    kill,
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4_000)))
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      if (data.toString().includes('ready at')) resolve()
    })
    child.once('exit', (code) =>
      reject(new Error(`The server ended with ${code}. It said: ${said || 'nothing'}`)),
    )
  })
}
