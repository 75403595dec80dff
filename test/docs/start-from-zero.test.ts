/** The application of the guide "start from zero", built and served as it says, in two windows of a real browser. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../setup/chromium.ts'
import { blocksOf, writeBlocks } from './blocks.ts'
import { makePackedApplication } from './packed.ts'

const GUIDE = 'docs/guides/start-from-zero.md'
let folder: string
let database: TestDatabase
let server: ChildProcess
let browser: Browser
let port: number

beforeAll(async () => {
  folder = makePackedApplication('jose')
  const [schema = '', serverFile = '', page = ''] = writeBlocks(GUIDE, folder)
  const html = blocksOf(GUIDE).find(({ file }) => file === 'index.html')
  writeFileSync(join(folder, 'index.html'), html?.code ?? '')
  const common = { bundle: true, format: 'esm', outdir: folder } as const
  await build({ ...common, entryPoints: [page] })
  await build({ ...common, entryPoints: [schema, serverFile], platform: 'node', packages: 'external' })
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  port = await freePort()
  await startServer()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await stopServer()
  await database?.drop()
  rmSync(folder, { recursive: true })
})

async function startServer(): Promise<void> {
  server = spawn(process.execPath, [join(folder, 'server.js')], {
    env: { ...process.env, DATABASE_URL: database.url, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    server.stdout?.once('data', () => resolve())
    server.once('exit', (code) => reject(new Error(`The guide's server ended with code ${code}.`)))
  })
}

async function stopServer(): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGKILL')
  await ended
}

async function open(user: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`http://127.0.0.1:${port}/?as=${user}`)
  return page
}

const notesOf = (page: Page) => page.locator('#notes li').allTextContents()

test('the guide’s application: two windows, psql, and a server that goes and comes back (C1, K1)', async () => {
  const ana = await open('ana')
  const ben = await open('ben')

  await ana.click('#add')
  await expect.poll(() => notesOf(ben)).toEqual(['☐ Note 1 by ana (First board)'])
  await ben.click('#notes li')
  await expect.poll(() => notesOf(ana)).toEqual(['☑ Note 1 by ana (First board)'])
  await database.query(`update notes set text = 'From psql'`)
  await expect.poll(() => notesOf(ana)).toEqual(['☑ From psql (First board)'])

  await stopServer()
  await ben.click('#add')
  await expect
    .poll(() => notesOf(ben))
    .toEqual(['☑ From psql (First board)', '☐ Note 2 by ben (First board)'])
  await startServer()

  await expect.poll(() => notesOf(ana), { timeout: 120_000 }).toHaveLength(2)
  await expect.poll(() => ben.textContent('#status'), { timeout: 120_000 }).toBe('ben: realtime, 0 to send')
})
