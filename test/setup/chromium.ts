/** The Chromium of the tests: the one without a window of its own where it is installed, as its pages cost a third. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { CHROMIUM_FLAGS } from '../../bench/harness/chromium-flags.ts'

const SHELL = '/usr/bin/chromium-headless-shell'
const PROGRAM = process.env['CHROMIUM_PATH'] ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium')
/** Many times what it takes, for a machine with other work. */
const START_WITHIN_MS = 100_000

/** Starts the browser with a new profile. */
export function openBrowser(...flags: readonly string[]): Promise<Browser> {
  const args = [...CHROMIUM_FLAGS, ...flags]
  return chromium.launch({ executablePath: PROGRAM, args, timeout: START_WITHIN_MS })
}
