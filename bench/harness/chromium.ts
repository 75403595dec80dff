/**
 * A real Chromium whose pages run one script of `programs/pages` and answer requests, as programs do.
 *
 * Pages are isolated across origins: only then does their clock tell 5 µs apart.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { CHROMIUM_FLAGS } from './chromium-flags.ts'

const PROGRAM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** A page that has loaded its script. */
interface BenchPage {
  /** Sends a request and resolves with the answer; rejects with the page's error. */
  ask<T>(request: unknown): Promise<T>
  close(): Promise<void>
}

export interface Chromium {
  /** A fresh page of the same profile: what earlier ones stored is there, what they compiled is not. */
  open(): Promise<BenchPage>
  end(): Promise<void>
}

/** Starts the browser with a new profile; `script` names a file of `programs/pages`. */
export async function startChromium(script: string): Promise<Chromium> {
  const code = await bundle(fileURLToPath(new URL(`../programs/pages/${script}.js`, import.meta.url)))
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js'
    response.writeHead(200, { ...HEADERS, 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? code : '<!doctype html><title>Bench</title><script src="/script.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const browser = await chromium.launch({ executablePath: PROGRAM, args: CHROMIUM_FLAGS })
  const context = await browser.newContext()
  return {
    async open() {
      const page = await context.newPage()
      await page.goto(url)
      return {
        ask: <T>(request: unknown) =>
          page.evaluate((sent) => (globalThis as unknown as Answering).answer(sent), request) as Promise<T>,
        close: () => page.close(),
      }
    },
    async end() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    // What sockets Node has is of no interest in a browser.
    external: ['ws', 'node:*'],
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

interface Answering {
  answer(request: unknown): Promise<unknown>
}
