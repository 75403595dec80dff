/** Set-up that every command does for itself: Node's version, the npm packages, and for tests a browser and PostgreSQL. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const MARKER = `${root}node_modules/.installed-lock`
const SYSTEM_POSTGRES = '/usr/lib/postgresql'
// Without a window of its own, a page costs a third of what it costs the others.
const SHELL = 'chromium-headless-shell'
const BROWSERS = [SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Runs a program in the repository, showing its output; ends this process with its exit code when it fails. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (result.error) throw result.error
  if (result.status !== 0) process.exit(result.status ?? 1)
}

/** Runs a program that an installed package brings. */
export function runBin(name, args, options) {
  run(process.execPath, [`${root}node_modules/${name}`, ...args], options)
}

/** Installs the packages of the lock file, unless exactly these are installed. */
export function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Node ${process.versions.node} is too old. Syncline needs Node 20.19 or newer; install it from nodejs.org.`,
    )
  }
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return
  say('Installing packages (once)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(MARKER, wanted)
}

/** Compiles the library, and `project` with it. */
export function compile(project = '.') {
  runBin('typescript/bin/tsc', ['-b', project])
  run(process.execPath, [`${root}scripts/bundle.mjs`])
}

/** Compiles the library, the examples' servers and their pages. */
export function build() {
  compile()
  runBin('typescript/bin/tsc', ['-p', 'examples/server'])
  run('npm', ['run', '--silent', 'build', '--workspace', '@syncline/example-stage'])
  runBin('vite/bin/vite.js', ['build', '--config', 'examples/accounts/vite.config.ts'])
}

/** Makes sure that a Chromium and a system PostgreSQL with its tools (pg_dump, pgbench) are there. */
export function installTestPrograms() {
  installShell()
  const missing = []
  if (!findChromium()) missing.push('chromium')
  if (!hasSystemPostgres()) missing.push('postgresql')
  if (missing.length > 0) installFromDebian(missing)
  const chromium = findChromium()
  if (!chromium) fail('No Chromium found. Install one, or set CHROMIUM_PATH to its program.')
  process.env.CHROMIUM_PATH = chromium
  if (!hasSystemPostgres()) {
    fail(
      `No PostgreSQL with its tools in ${SYSTEM_POSTGRES}. Install Debian's package \`postgresql\` (pg_dump and pg_basebackup are tested against).`,
    )
  }
}

/** Makes sure that pgbench and the server it comes with are there. */
export function installBenchPrograms() {
  if (!hasSystemPostgres('pgbench')) installFromDebian(['postgresql'])
  if (!hasSystemPostgres('pgbench')) {
    fail(`No PostgreSQL with pgbench in ${SYSTEM_POSTGRES}. Install Debian's package \`postgresql\`.`)
  }
}

function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  for (const name of BROWSERS) {
    const found = spawnSync('which', [name], { encoding: 'utf8' })
    if (found.status === 0) return found.stdout.trim()
  }
  return undefined
}

/** Installs the quicker browser where Debian has it and this user may; any other does too. */
function installShell() {
  if (process.env.CHROMIUM_PATH || findChromium()?.endsWith(SHELL) || !mayInstall()) return
  try {
    if (!offersShell()) runApt('update', '-qq')
    if (offersShell()) installFromDebian([SHELL])
  } catch (error) {
    say(`${SHELL} could not be installed: ${error.message}`)
  }
}

function offersShell() {
  const { stdout } = spawnSync('apt-cache', ['policy', SHELL], { encoding: 'utf8' })
  return /Candidate: \d/.test(stdout)
}

function hasSystemPostgres(tool = 'pg_dump') {
  return (
    existsSync(SYSTEM_POSTGRES) &&
    readdirSync(SYSTEM_POSTGRES).some((version) =>
      ['initdb', tool].every((program) => existsSync(`${SYSTEM_POSTGRES}/${version}/bin/${program}`)),
    )
  )
}

function installFromDebian(packages) {
  if (!mayInstall()) {
    fail(
      `This needs ${packages.join(' and ')}, and this user cannot install packages. Run: apt-get install ${packages.join(' ')}`,
    )
  }
  say(`Installing ${packages.join(' and ')} with apt (once)`)
  runApt('update', '-qq')
  runApt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}

function mayInstall() {
  if (spawnSync('which', ['apt-get']).status !== 0) return false
  return process.getuid?.() === 0 || spawnSync('sudo', ['-n', 'true']).status === 0
}

function runApt(...args) {
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const [program, ...rest] = [...prefix, 'apt-get', ...args]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], env })
}

export function say(text) {
  console.log(`\n— ${text}`)
}

function fail(text) {
  console.error(`\n${text}`)
  process.exit(1)
}
