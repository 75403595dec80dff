/** The files that a module is made of: itself and what it imports by a relative path, and so on. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const IMPORTS = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g

/** Absolute paths, the given ones first. */
export function localFiles(entries: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>(entries)
  for (const file of files) {
    for (const imported of importsOf(file)) files.add(imported)
  }
  return files
}

function importsOf(file: string): string[] {
  if (!isFile(file)) return []
  return [...readFileSync(file, 'utf8').matchAll(IMPORTS)].flatMap((match) => {
    const path = resolve(dirname(file), match[2] as string)
    const candidates = [path, path.replace(/js$/, 'ts'), `${path}.ts`, `${path}.js`, `${path}/index.ts`]
    return candidates.find(isFile) ?? []
  })
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
