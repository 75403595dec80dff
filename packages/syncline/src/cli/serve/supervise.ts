/**
 * Runs a command in a process of its own and starts it again when its files change: a new process has no module of
 * the old version in memory and no connection left open.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { relative } from 'node:path'
import type { Terminal } from '../terminal.ts'
import { watchFiles } from './watch-files.ts'

export interface Supervised {
  /** Arguments of the command, without the program. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Asked before each start, because imports change too. */
  readonly files: () => ReadonlySet<string>
  /** Exit code after which another version of the files may help. */
  readonly mendable: number
}

/** Longest wait for a process that was told to stop, in ms. */
const STOP_MS = 10_000

/** Returns the exit code when the command ended by itself, or when this process was told to stop. */
export async function supervise(command: Supervised, to: Terminal): Promise<number> {
  const signal = nextSignal()
  for (;;) {
    const child = fork(process.argv[1] as string, [...command.args], {
      env: { ...process.env, ...command.environment },
    })
    const change = nextChange(command.files())
    const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
    const first = await Promise.race([ended, change.file, signal])
    if (typeof first === 'number' && first === command.mendable) {
      to.error(
        'Waiting for a change of the files. If you change the database instead, stop this (Ctrl+C) and start it again.',
      )
      const next = await Promise.race([change.file, signal])
      if (next === STOPPED) return finish(change, 0)
      to.out(`\n${shown(next)} changed: starting again`)
      continue
    }
    if (typeof first === 'number') return finish(change, first)
    await ending(child, ended)
    if (first === STOPPED) return finish(change, 0)
    to.out(`\n${shown(first)} changed: starting again`)
  }
}

const STOPPED = Symbol('stopped')

interface Change {
  readonly file: Promise<string>
  readonly stop: () => void
}

function finish(change: Change, code: number): number {
  change.stop()
  return code
}

function nextChange(files: ReadonlySet<string>): Change {
  let stop = () => {}
  const file = new Promise<string>((resolve) => {
    stop = watchFiles(files, resolve)
  })
  return { file, stop: () => stop() }
}

function nextSignal(): Promise<typeof STOPPED> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve(STOPPED))
    process.on('SIGTERM', () => resolve(STOPPED))
  })
}

async function ending(child: ChildProcess, ended: Promise<number>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}

const shown = (file: string) => relative(process.cwd(), file) || file
