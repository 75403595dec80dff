/**
 * Module hooks that let a Node which does not strip types import TypeScript: the project's own esbuild or TypeScript
 * takes them out. Runs in the thread that Node keeps for hooks.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { LoadHook, ResolveHook } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What the hooks are told when they are registered. */
export interface Compiler {
  readonly kind: 'esbuild' | 'typescript'
  /** File of the package. */
  readonly path: string
}

type Transpile = (source: string) => string

interface Esbuild {
  transformSync(source: string, options: object): { readonly code: string }
}
interface TypeScript {
  readonly ModuleKind: { readonly ESNext: number }
  readonly ScriptTarget: { readonly ES2022: number }
  transpileModule(source: string, options: object): { readonly outputText: string }
}

let transpile: Transpile = (source) => source

/** Loads the compiler. */
export async function initialize({ kind, path }: Compiler): Promise<void> {
  const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown }
  const compiler = loaded.default ?? loaded
  transpile = kind === 'esbuild' ? withEsbuild(compiler as Esbuild) : withTypeScript(compiler as TypeScript)
}

function withEsbuild(esbuild: Esbuild): Transpile {
  const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline' }
  return (source) => esbuild.transformSync(source, options).code
}

function withTypeScript(ts: TypeScript): Transpile {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    inlineSourceMap: true,
  }
  return (source) => ts.transpileModule(source, { compilerOptions }).outputText
}

/** `./tables.js` is `./tables.ts` when only that is there, as TypeScript has it. */
export const resolve: ResolveHook = (specifier, context, next) => {
  if (/^\.\.?\/.*\.[cm]?js$/.test(specifier) && context.parentURL?.startsWith('file:')) {
    const written = new URL(specifier, context.parentURL)
    const typed = new URL(written.href.replace(/js$/, 'ts'))
    if (!existsSync(fileURLToPath(written)) && existsSync(fileURLToPath(typed))) {
      return next(typed.href, context)
    }
  }
  return next(specifier, context)
}

/** Takes the types out of what ends in `.ts` or `.mts`. */
export const load: LoadHook = (url, context, next) => {
  if (!url.startsWith('file:') || !/\.m?ts$/.test(url)) return next(url, context)
  const source = transpile(readFileSync(fileURLToPath(url), 'utf8'))
  return { format: 'module', source, shortCircuit: true }
}
