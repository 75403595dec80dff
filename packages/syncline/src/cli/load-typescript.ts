/** Makes `import` read TypeScript on a Node that does not by itself (before 22.18), with a compiler of the project's. */
import { createRequire, register } from 'node:module'
import type { Compiler } from './typescript-hooks.ts'

let isRegistered = false

/** Whether TypeScript can be imported; looks for a compiler from `file` upwards. */
export function enableTypeScript(file: string): boolean {
  if ((process.features as { typescript?: unknown }).typescript || isRegistered) return true
  const compiler = findCompiler(file)
  if (compiler === undefined) return false
  register('./typescript-hooks.js', import.meta.url, { data: compiler })
  isRegistered = true
  return true
}

function findCompiler(file: string): Compiler | undefined {
  const require = createRequire(file)
  for (const kind of ['esbuild', 'typescript'] as const) {
    try {
      return { kind, path: require.resolve(kind) }
    } catch {
      // The project does not have it.
    }
  }
  return undefined
}
