/**
 * Module hooks that let a Node which does not strip types import TypeScript: the first of the project's compilers that
 * can, or Node itself, takes them out. Runs in the thread that Node keeps for hooks.
 */
import { existsSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import type { LoadHook, ResolveHook } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A compiler that the hooks may use. */
export interface Compiler {
  readonly kind: 'esbuild' | 'typescript'
  /** File of the package. */
  readonly path: string
}

/** `file` is named where it cannot be read. */
type Transpile = (source: string, file: string) => string

interface Esbuild {
  transformSync(source: string, options: object): { readonly code: string }
}
interface TypeScript {
  readonly ModuleKind: { readonly ESNext: number }
  readonly ScriptTarget: { readonly ES2022: number }
  transpileModule(source: string, options: object): { readonly outputText: string }
}

/** Undefined when nothing can: Node says then that it does not know `.ts`. */
let transpile: Transpile | undefined

/** Takes the first compiler that can be called, else Node's own. */
export async function initialize(compilers: readonly Compiler[]): Promise<void> {
  for (const { kind, path } of compilers) {
    const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown }
    const usable = USABLE[kind](loaded.default ?? loaded)
    if (usable !== undefined) {
      transpile = usable
      return
    }
  }
  transpile = withNode()
}

const USABLE: Readonly<Record<Compiler['kind'], (compiler: unknown) => Transpile | undefined>> = {
  esbuild: (compiler) => withEsbuild(compiler as Esbuild),
  // TypeScript 7 is a program of its own: what it exports to JavaScript is its version.
  typescript: (compiler) =>
    'transpileModule' in (compiler as object) ? withTypeScript(compiler as TypeScript) : undefined,
}

function withEsbuild(esbuild: Esbuild): Transpile {
  const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline' }
  return (source, file) => esbuild.transformSync(source, { ...options, sourcefile: file }).code
}

function withTypeScript(ts: TypeScript): Transpile {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    inlineSourceMap: true,
  }
  return (source, file) => ts.transpileModule(source, { compilerOptions, fileName: file }).outputText
}

/** Node from 22.13 on. */
function withNode(): Transpile | undefined {
  const { stripTypeScriptTypes: strip } = nodeModule as {
    stripTypeScriptTypes?: (source: string, options: object) => string
  }
  return strip && ((source, file) => strip(source, { sourceUrl: file }))
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
  if (transpile === undefined || !url.startsWith('file:') || !/\.m?ts$/.test(url)) return next(url, context)
  const file = fileURLToPath(url)
  const source = transpile(readFileSync(file, 'utf8'), file)
  return { format: 'module', source, shortCircuit: true }
}
