/** The Chromium of the tests: the one without a window of its own where it is installed, as its pages cost a third. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const SHELL = '/usr/bin/chromium-headless-shell'
const PROGRAM = process.env['CHROMIUM_PATH'] ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium')
/** Many times what it takes, for a machine with other work. */
const START_WITHIN_MS = 100_000

/** How a browser is started that nobody looks at. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the browser with a new profile. */
export function openBrowser(...flags: readonly string[]): Promise<Browser> {
  const args = [...CHROMIUM_FLAGS, ...flags]
  return chromium.launch({ executablePath: PROGRAM, args, timeout: START_WITHIN_MS })
}
