/**
 * Joins the modules of the server's side of the library into a few files, because Node spends half a millisecond on
 * each of four hundred (`bench`: G13; `docs/decisions/0010-the-server-is-bundled.md`).
 *
 * What browsers load too stays a file a module, shared by both sides, so that there is one of each.
 */
import { rmSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const dist = fileURLToPath(new URL('../packages/syncline/dist/', import.meta.url))
const outdir = join(dist, 'node')

/** Folders that run in browsers too; `ARCHITECTURE.md` says who imports whom. */
const SHARED = new Set(['schema', 'protocol', 'client', 'bindings', 'markers', 'react', 'svelte'])

const ENTRIES = {
  server: 'server/index.js',
  testing: 'testing/index.js',
  inertia: 'inertia/index.js',
  express: 'inertia/express.js',
  hono: 'inertia/hono.js',
  main: 'cli/main.js',
  'typescript-hooks': 'cli/typescript-hooks.js',
}

/** Leaves imports of shared modules as they are, seen from where the bundle lies. */
const keepShared = {
  name: 'keep shared modules',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer }) => {
      const file = resolve(dirname(importer), path)
      const [folder] = relative(dist, file).split(sep)
      if (!SHARED.has(folder)) return undefined
      return { path: relative(outdir, file).replaceAll(sep, '/'), external: true }
    })
  },
}

rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(dist, file)])),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  chunkNames: '[name]-[hash]',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [keepShared],
})
