/** The page of `docs/guides/refresh-tanstack-query.md` as it stands there, in Chromium, over a real server and database. */
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { writeBlocks } from '../../../../test/docs/blocks.ts'
import { makePackedApplication } from '../../../../test/docs/packed.ts'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'

let browser: Browser
let accounts: AccountsServer
let http: Server
let url: string
let gets = 0

beforeAll(async () => {
  // The guide's page sends a cookie; whoever brings none here is Ben.
  const opened = await Promise.all([openBrowser(), startAccountsServer(), bundle()])
  ;[browser, accounts] = opened
  http = createServer(async ({ url: path = '', method }, response) => {
    if (path === '/page.js') return response.end(opened[2])
    const [, api, , id] = path.split('/')
    if (api !== 'api')
      return response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><div id="app"></div><script src="/page.js"></script>')
    if (method === 'GET') gets++
    const [account] = await accounts.query('select name, plan from accounts where id = $1', [id])
    response.end(JSON.stringify(account))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `http://localhost:${(http.address() as AddressInfo).port}`
})

afterAll(async () => {
  await browser?.close()
  http?.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
  await accounts?.close()
})

/** Bundles the guide's files with the packed library; only the address and the login are the test's. */
async function bundle(): Promise<string> {
  const folder = makePackedApplication('@tanstack/react-query', 'react-dom')
  try {
    writeBlocks('docs/guides/refresh-tanstack-query.md', folder)
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'main.tsx')],
      bundle: true,
      write: false,
      format: 'iife',
      jsx: 'automatic',
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"development"' },
    })
    return (outputFiles[0]?.text ?? '').replace(
      /native\("\/sync"\)/,
      'native(window.syncUrl, { token: () => "ben" })',
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function open(): Promise<Tab> {
  const tab = await browser.newPage()
  await tab.addInitScript(
    (port) => Object.assign(window, { syncUrl: `ws://127.0.0.1:${port}/sync` }),
    accounts.port,
  )
  await tab.goto(`${url}/?account=7`)
  await tab.waitForFunction(
    () => (window as unknown as { __syncline?: { isOpen: boolean } }).__syncline?.isOpen,
  )
  return tab
}

test('R1, R4: the page follows the database, and what the user types stays with an offer beside it', async () => {
  const [tab, other] = await Promise.all([open(), open()])
  await tab.getByLabel('Name').fill('Acme & Co')

  await accounts.query("update accounts set name = 'Acme Ltd', plan = 'pro' where id = 7")
  for (const each of [tab, other]) await each.getByText('Plan: pro', { exact: true }).waitFor()

  expect(await tab.textContent('h1')).toBe('Acme Ltd')
  await expect.poll(() => other.getByLabel('Name').inputValue()).toBe('Acme Ltd')
  expect(await tab.getByLabel('Name').inputValue()).toBe('Acme & Co')
  expect(await other.getByRole('status').textContent()).toBe('')
  await tab.getByRole('button', { name: 'Use theirs' }).click()
  expect(await tab.getByLabel('Name').inputValue()).toBe('Acme Ltd')
  expect(await tab.getByRole('status').textContent()).toBe('')
})

test('a burst of changes asks a few times, and the last of them is shown', async () => {
  const tab = await open()
  await tab.getByText('Plan:').waitFor()
  const before = gets
  const startedAt = Date.now()
  for (let n = 1; n <= 100; n++)
    await accounts.query('update accounts set plan = $1 where id = 7', [`plan ${n}`])

  await tab.getByText('Plan: plan 100', { exact: true }).waitFor()

  const durationMs = Date.now() - startedAt
  // Three pages are open, and each may ask once more for having no position.
  expect(gets - before).toBeLessThanOrEqual(3 * (2 + Math.ceil(durationMs / 300)))
})
