/** Starts the real Action Cable of Debian's Ruby packages, installing them where that is allowed and needed. */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface RailsCable {
  readonly url: string
  broadcast(stream: string, message: object): void
  /** Ends every connection and asks the clients to come back, as a deploy does. */
  restart(): void
  close(): void
}

const REQUIRES = "require 'action_cable'; require 'puma'"
const PACKAGES = ['ruby-actioncable', 'ruby-actionpack', 'puma']

/**
 * Installs Rails where it is missing and that is allowed; says whether it is there. Where this user may install packages
 * it must be there: a test that quietly stays away would hide that it no longer passes.
 */
export function ensureRails(): boolean {
  if (hasRails()) return true
  const mayInstall = process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0
  if (!mayInstall) {
    console.warn(
      `There is no Rails here, and this user cannot install it: apt-get install ${PACKAGES.join(' ')}`,
    )
    return false
  }
  const options = { timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update'], options)
  const { stderr } = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], options)
  if (hasRails()) return true
  throw new Error(`${PACKAGES.join(', ')} could not be installed with apt-get: ${stderr}`)
}

export async function startRailsCable(): Promise<RailsCable> {
  const ruby = spawn('ruby', [new URL('./cable.rb', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = await new Promise<string[]>((resolve, reject) => {
    createInterface(ruby.stdout).once('line', (line) => resolve([line]))
    ruby.once('exit', (code) => reject(new Error(`Ruby ended with ${code} before it listened.`)))
  })
  return {
    url: `ws://127.0.0.1:${port}/cable`,
    broadcast: (stream, message) => void ruby.stdin.write(`${stream} ${JSON.stringify(message)}\n`),
    restart: () => void ruby.stdin.write('restart\n'),
    close: () => void ruby.kill('SIGKILL'),
  }
}

function hasRails(): boolean {
  return spawnSync('ruby', ['-e', REQUIRES]).status === 0
}
