/** The hooks as people meet them: bundled, compiled by the React compiler, in Chromium, against a real server and database. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build, type Plugin } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { type StageFixture, startStage } from '../client/stage-fixture.ts'
import { compile } from './compile.ts'

const SOURCE = `${import.meta.dirname}/../../src`
let stage: StageFixture
let browser: Browser
let script: string

beforeAll(async () => {
  const [url = ''] = Object.values(inject('servers'))
  stage = await startStage(url, ['ana'])
  await stage.database.query("insert into cameras (id, production_id, name) values ('c1', 'p1', 'One')")
  browser = await openBrowser()
  script = await bundle()
})

afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

const reactCompiler: Plugin = {
  name: 'react-compiler',
  setup({ onLoad }) {
    onLoad({ filter: /compiled-cameras\.ts$/ }, async ({ path }) => ({
      contents: await compile(path),
      loader: 'js',
    }))
  },
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/browser-page.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    plugins: [reactCompiler],
    alias: {
      syncline: `${SOURCE}/schema/index.ts`,
      'syncline/client': `${SOURCE}/client/index.ts`,
      'syncline/react': `${SOURCE}/react/index.ts`,
    },
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return outputFiles[0]?.text ?? ''
}

/** Serves the page and opens it; whatever the page complains of is in `complaints`. */
async function openPage(): Promise<{ page: Page; complaints: string[]; close(): Promise<void> }> {
  const html = `<!doctype html><body><script>window.syncUrl = '${stage.url}'</script><script type="module" src="/page.js"></script>`
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text())
  })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return {
    page,
    complaints,
    async close() {
      await page.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a compiled page in Strict Mode follows the database, and writes to it, in a real browser', async () => {
  const { page, complaints, close } = await openPage()
  const shows = (text: string) => page.getByText(text, { exact: true }).waitFor()

  await shows('success p1: One, first (idle 0)')
  await stage.database.query("update cameras set name = 'Due' where id = 'p1-c1'")
  await shows('success p1: Due, One (idle 0)')
  await page.getByRole('button').click()
  await shows('success p1: Due, Mine (success 0)')

  // What the log says of the write itself has come when a later change has.
  await stage.database.query("update cameras set name = 'Later' where id = 'c1'")
  await shows('success p1: Due, Later (success 0)')
  const renders = await page.evaluate(() => window.renders)
  await stage.database.query("update tallies set total = total + 1 where production_id = 'p1'")
  await stage.database.query("update cameras set name = 'Uno' where id = 'c1'")
  await shows('success p1: Due, Uno (success 0)')

  // One more render for the camera and none for the tally; Strict Mode renders twice.
  expect(await page.evaluate(() => window.renders)).toBe(renders + 2)
  expect(await stage.database.query("select name from cameras where id = 'c1'")).toEqual([{ name: 'Uno' }])
  expect(complaints).toEqual([])
  await close()
})
