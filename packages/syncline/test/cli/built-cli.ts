/** The command line as an application has it: `syncline` in its `node_modules`, built from these sources, run by Node. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const packageFolder = join(import.meta.dirname, '../..')
const sourceOf = (path: string) => join(packageFolder, 'src', path)
// Below the package, so that the program finds its dependencies.
const base = join(packageFolder, 'node_modules/.cache')

interface Outcome {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** A command that runs until it is stopped. */
export interface RunningCommand {
  /** All that it has written so far. */
  readonly text: () => string
  /** Tells it to stop, as Ctrl-C does; resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>
  readonly ended: Promise<number>
}

export interface Application {
  readonly folder: string
  write(file: string, content: string): void
  /** Runs `syncline` with these arguments to its end. */
  syncline(args: readonly string[], environment?: Record<string, string>): Promise<Outcome>
  /** Starts `syncline` with these arguments. */
  start(args: readonly string[], environment?: Record<string, string>): RunningCommand
  /** Starts a program of the application. */
  run(file: string, environment?: Record<string, string>): RunningCommand
  /** Makes a program of a TypeScript file of the application; resolves with its name, for `run`. */
  bundle(file: string): Promise<string>
  /** Imports what a TypeScript file of the application exports. */
  load<T>(file: string): Promise<T>
  remove(): Promise<void>
}

/** Makes an empty application that has `syncline` installed. */
export async function makeApplication(): Promise<Application> {
  mkdirSync(base, { recursive: true })
  const folder = mkdtempSync(join(base, 'syncline-cli-'))
  const installed = join(folder, 'node_modules/syncline')
  await build({
    entryPoints: {
      'node/main': sourceOf('cli/main.ts'),
      'node/typescript-hooks': sourceOf('cli/typescript-hooks.ts'),
      'node/server': sourceOf('server/index.ts'),
      'schema/index': sourceOf('schema/index.ts'),
      'client/index': sourceOf('client/index.ts'),
    },
    outdir: join(installed, 'dist'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  copyFileSync(join(packageFolder, 'package.json'), join(installed, 'package.json'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return applicationIn(folder, join(installed, 'dist/node/main.js'))
}

function applicationIn(folder: string, program: string): Application {
  const running = new Set<RunningCommand>()
  const options = (environment: Record<string, string>) => {
    const { DATABASE_URL: _url, DATA_DIR: _folder, SYNCLINE_SECRET: _secret, ...inherited } = process.env
    return { cwd: folder, env: { ...inherited, ...environment, NO_COLOR: '1' } }
  }
  const started = (args: readonly string[], environment: Record<string, string>) => {
    const command = follow(spawn(process.execPath, args, options(environment)))
    running.add(command)
    return command
  }
  const bundle = async (file: string) => {
    const name = `${file}.${Date.now()}.mjs`
    await build({
      entryPoints: [join(folder, file)],
      outfile: join(folder, name),
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
    })
    return name
  }
  return {
    folder,
    write: (file, content) => writeFileSync(join(folder, file), content),
    syncline: (args, environment = {}) =>
      new Promise((resolve) => {
        execFile(process.execPath, [program, ...args], options(environment), (failure, out, error) =>
          resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
        )
      }),
    start: (args, environment = {}) => started([program, ...args], environment),
    run: (file, environment = {}) => started([join(folder, file)], environment),
    bundle,
    async load<T>(file: string) {
      return (await import(pathToFileURL(join(folder, await bundle(file))).href)) as T
    },
    async remove() {
      await Promise.all([...running].map((command) => command.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function follow(child: ChildProcess): RunningCommand {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)))
  return {
    text: () => text,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}
