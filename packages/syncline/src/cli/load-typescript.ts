/** Makes `import` read TypeScript on a Node that does not by itself (before 22.18), with a compiler of the project's. */
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import type { Compiler } from './typescript-hooks.ts'

let isRegistered = false

/** Lets TypeScript be imported, if there is a compiler from `file` upwards. */
export function enableTypeScript(file: string): void {
  if ((process.features as { typescript?: unknown }).typescript || isRegistered) return
  register('./typescript-hooks.js', import.meta.url, { data: findCompilers(file) })
  isRegistered = true
}

/** Why `file` cannot be imported, and what to do. */
export function whyUnreadable(file: string): string {
  const version = versionOfTypeScript(file)
  const lacks =
    version === undefined
      ? 'the project has neither esbuild nor tsx'
      : `the project's typescript ${version} cannot be called from JavaScript (from 7 on none can), and it has neither esbuild nor tsx`
  return `Node ${process.versions.node} cannot read ${file}: it strips types from version 22.18 on, and ${lacks} to do it. Install one of the two (npm install -D esbuild), use a newer Node, or name the compiled file: --schema dist/schema.js`
}

function findCompilers(file: string): Compiler[] {
  const require = createRequire(file)
  // tsx brings an esbuild, which not every package manager lets the project itself see.
  const tsx = resolved(require, 'tsx/package.json')
  const candidates = [
    ['esbuild', resolved(require, 'esbuild')],
    ['esbuild', tsx && resolved(createRequire(tsx), 'esbuild')],
    ['typescript', resolved(require, 'typescript')],
  ] as const
  return candidates.flatMap(([kind, path]) => (path === undefined ? [] : [{ kind, path }]))
}

function versionOfTypeScript(file: string): string | undefined {
  const manifest = resolved(createRequire(file), 'typescript/package.json')
  return manifest && (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    // The project does not have it.
    return undefined
  }
}
