/** Chromium as a process of its own, told over HTTP which pages to open and to close; nothing else is asked of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHROMIUM_FLAGS } from './chromium-flags.ts'

const PROGRAM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
/** A cold start on a busy machine takes seconds. */
const STARTS_WITHIN_MS = 30_000
const LISTENING = /DevTools listening on ws:\/\/([^/\s]+)/

export interface Browser {
  /** Opens a page, and resolves with what closes it. */
  open(url: string): Promise<() => Promise<void>>
  end(): Promise<void>
}

/** Starts the browser with a new profile. */
export async function startBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'bench-chromium-'))
  const flags = [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank']
  const child = spawn(PROGRAM, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  // A bench that is stopped midway leaves neither behind.
  const clear = () => {
    child.kill('SIGKILL')
    removeFolder(profile)
  }
  process.once('exit', clear)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const tell = async (path: string, method = 'GET') => {
    const response = await fetch(`http://${address}/json/${path}`, { method })
    if (!response.ok) throw new Error(`Chromium answers ${response.status} to \`${path}\`.`)
    return response.text()
  }
  const end = async () => {
    child.kill('SIGKILL')
    await exited
    process.off('exit', clear)
    clear()
  }
  const address = await addressOf(child).catch(async (error: unknown) => {
    await end()
    throw error
  })
  return {
    async open(url) {
      const { id } = JSON.parse(await tell(`new?${url}`, 'PUT')) as { id: string }
      return async () => void (await tell(`close/${id}`))
    },
    end,
  }
}

/** Removes a folder into which helpers of the browser, which end a moment after it, may still write. */
function removeFolder(path: string): void {
  for (let left = 20; ; left--) {
    try {
      return rmSync(path, { recursive: true, force: true, maxRetries: 1 })
    } catch (error) {
      if (left === 0) throw error
    }
  }
}

/** Where it listens; it says so when it has started. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (reason: string) => reject(new Error(`Chromium ${reason}. It said: ${said}`))
    const timer = setTimeout(
      () => fail(`does not listen after ${STARTS_WITHIN_MS / 1000} s`),
      STARTS_WITHIN_MS,
    )
    child.once('error', reject)
    child.once('exit', () => fail('has ended'))
    child.stderr?.on('data', (data: Buffer) => {
      const address = LISTENING.exec((said += data.toString()))?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    })
  })
}
