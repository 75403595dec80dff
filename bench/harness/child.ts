/** Programs under test run in processes of their own, pinned to a core, and talk to the harness over IPC. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program of `bench/programs` that answers requests. */
export interface Program {
  /** Sends a request and resolves with the answer; rejects when the program reports an error or ends. */
  ask<T>(request: unknown): Promise<T>
  stop(): Promise<void>
}

/** The longest request opens 5,000 sockets or fills a database. */
const ANSWER_WITHIN_MS = 60_000

const hasTaskset = spawnSync('taskset', ['-V']).status === 0

/** Starts `programs/<name>.js`; `core` pins it where the system can, `flags` are Node's. */
export async function startProgram(
  name: string,
  options: { core?: number; environment?: Record<string, string>; flags?: readonly string[] } = {},
): Promise<Program> {
  const file = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))
  const child = fork(file, [], {
    env: { ...process.env, ...options.environment },
    execArgv: [...process.execArgv, ...(options.flags ?? [])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  if (hasTaskset && options.core !== undefined)
    spawnSync('taskset', ['-a', '-c', '-p', String(options.core), String(child.pid)])
  await answer(child, 'ready')
  return {
    async ask<T>(request: unknown) {
      const reply = answer<T>(child, 'answer')
      child.send({ request })
      return reply
    },
    async stop() {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

function answer<T>(child: ChildProcess, kind: 'ready' | 'answer'): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (conclude: () => void) => {
      clearTimeout(timer)
      child.off('exit', onExit)
      child.off('message', onMessage)
      conclude()
    }
    const fail = (reason: string) => settle(() => reject(new Error(`A program of the benchmark ${reason}.`)))
    const onExit = (code: number | null, signal: string | null) =>
      fail(`ended with ${code === null ? `signal ${signal}` : `code ${code}`} before it answered`)
    const onMessage = (message: { kind: string; value?: unknown; error?: string }) => {
      if (message.kind === 'error') settle(() => reject(new Error(message.error)))
      else if (message.kind === kind) settle(() => resolve(message.value as T))
    }
    const timer = setTimeout(
      () => fail(`did not answer within ${ANSWER_WITHIN_MS / 1000} s`),
      ANSWER_WITHIN_MS,
    )
    child.once('exit', onExit)
    child.on('message', onMessage)
  })
}

/** The other side: a program serves requests with `handle`. */
export function serve(handle: (request: never) => Promise<unknown>): void {
  process.on('message', async ({ request }: { request: never }) => {
    try {
      process.send?.({ kind: 'answer', value: await handle(request) })
    } catch (error) {
      process.send?.({
        kind: 'error',
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  })
  // The harness is gone: nobody would end this program.
  process.once('disconnect', () => process.exit())
  process.send?.({ kind: 'ready' })
}
