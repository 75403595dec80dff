/** A page of real Svelte 5 components, compiled and bundled as an application's build would, for a real browser. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build, type Plugin } from 'esbuild'
import { compile } from 'svelte/compiler'

const SOURCE = `${import.meta.dirname}/../../src`

const svelte: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, ({ path }) => ({
      contents: compile(readFileSync(path, 'utf8'), { filename: path, runes: true }).js.code,
      loader: 'js',
    }))
  },
}

export interface ServedPage {
  readonly url: string
  close(): void
}

/** Serves the program of one file of this folder, which finds `globals` in its window. */
export async function servePage(entry: string, globals: object): Promise<ServedPage> {
  const script = await bundle(entry)
  const html = `<!doctype html><link rel="icon" href="data:,"><body><script>Object.assign(window, ${JSON.stringify(globals)})</script><script type="module" src="/page.js"></script>`
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/${entry}`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['svelte', 'browser'],
    plugins: [svelte],
    alias: {
      syncline: `${SOURCE}/schema/index.ts`,
      'syncline/client': `${SOURCE}/client/index.ts`,
      'syncline/markers': `${SOURCE}/markers/index.ts`,
      'syncline/markers/svelte': `${SOURCE}/markers/svelte/index.ts`,
      'syncline/svelte': `${SOURCE}/svelte/index.ts`,
    },
  })
  return outputFiles[0]?.text ?? ''
}
