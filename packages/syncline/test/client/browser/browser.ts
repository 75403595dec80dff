/** A real Chromium, and pages of it that run a script of the tests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface ScriptPage {
  readonly url: string
  close(): Promise<void>
}

/** Serves a page that does nothing but run this script, bundled. */
export async function serveScript(entry: string): Promise<ScriptPage> {
  const script = await bundle(fileURLToPath(new URL(entry, import.meta.url)))
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><title>Test</title><script src="/script.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
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
    // What sockets Node has is of no interest in a browser.
    external: ['ws', 'node:*'],
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
