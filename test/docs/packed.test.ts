/** What an application gets that installs the packed library: types without gaps, one React, and a name to install. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../setup/chromium.ts'
import { writeBlocks } from './blocks.ts'
import { entryPoints, makePackedApplication, pack } from './packed.ts'

const root = join(import.meta.dirname, '../..')
let application: string
let browser: Browser
let server: Server

beforeAll(async () => {
  application = makePackedApplication(
    '@types/node',
    '@types/react',
    '@types/react-dom',
    'hono',
    'react-dom',
    'svelte',
  )
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
  rmSync(application, { recursive: true })
})

test('the guide’s React page, bundled with the packed library, is rendered', async () => {
  writeBlocks('docs/guides/react.md', application)
  const { outputFiles } = await build({
    entryPoints: [join(application, 'main.tsx')],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
  })
  const html = '<!doctype html><body><script type="module" src="/page.js"></script>'
  server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? outputFiles[0]?.text : html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const page = await browser.newPage()
  const mistakes: string[] = []
  page.on('pageerror', ({ message }) => mistakes.push(message))

  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)

  await expect.poll(async () => mistakes[0] ?? (await page.textContent('body'))).toBe('Loading…')
  await page.close()
})

test('the types of every entry point are whole, without `skipLibCheck`', () => {
  const imports = entryPoints(application).map((name, n) => `export * as n${n} from '${name}'`)
  writeFileSync(join(application, 'everything.ts'), imports.join('\n'))

  expect(mistakesIn([join(application, 'everything.ts')])).toEqual([])
})

test.each(['README.md', 'docs/guides/start-from-zero.md'])('the code of %s is strictly typed', (page) => {
  const needed = makePackedApplication('@types/node', 'jose')

  const mistakes = mistakesIn(writeBlocks(page, needed))

  rmSync(needed, { recursive: true })
  expect(mistakes).toEqual([])
})

test('the file that is packed is the one that the documentation installs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-packed-'))
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n')

  const packed = pack(folder)

  rmSync(folder, { recursive: true })
  const named = pages.flatMap((page) =>
    [
      ...readFileSync(join(root, page), 'utf8').matchAll(/npm install [^`\n]*?(\.\.\/syncline\/[^\s`]*)/g),
    ].map(([, path]) => path),
  )
  expect(named.length).toBeGreaterThan(1)
  expect(new Set(named)).toEqual(new Set([`../syncline/packages/syncline/${packed}`]))
})

function mistakesIn(files: readonly string[]): string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    jsx: ts.JsxEmit.ReactJSX,
    types: ['node'],
    typeRoots: [join(files[0] as string, '../node_modules/@types')],
  })
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
}
