/**
 * A real Chromium whose pages run one script of `programs/pages` and answer requests, as programs do.
 *
 * Nobody looks into the pages: a debugger that does is sent a copy of every frame of a socket, which cost a first load
 * (G7) more than the load itself. Pages are isolated across origins: only then does their clock tell 5 µs apart.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startBrowser } from './browser.ts'
import { type BenchPage, servePages } from './page-server.ts'

export interface Chromium {
  /** A fresh page of the same profile: what earlier ones stored is there, what they compiled is not. */
  open(): Promise<BenchPage>
  end(): Promise<void>
}

/** Starts the browser with a new profile; `script` names a file of `programs/pages`. */
export async function startChromium(script: string): Promise<Chromium> {
  const code = await bundle(fileURLToPath(new URL(`../programs/pages/${script}.js`, import.meta.url)))
  const browser = await startBrowser()
  const pages = await servePages(code, (url) => browser.open(url))
  return {
    open: () => pages.open(),
    async end() {
      await browser.end()
      await pages.end()
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
