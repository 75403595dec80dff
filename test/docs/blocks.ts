/** Takes the code blocks out of the documentation, so that tests can compile and run what it shows. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Block {
  readonly language: string
  /** From `file=…` behind the language; blocks without one stand alone. */
  readonly file: string | undefined
  readonly code: string
  /** Line of the page on which the code begins. */
  readonly line: number
}

/** The fenced blocks of a page, in order. A later block with the same `file=` continues it. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = '', 2: file, 3: code = '', index }) => ({
      language,
      file,
      code,
      line: text.slice(0, index).split('\n').length + 1,
    }),
  )
}

/** Writes a page's TypeScript blocks below `folder`: named ones by name, the others as `block-{line}.{language}`. */
export function writeBlocks(page: string, folder: string): string[] {
  const files = new Map<string, string>()
  for (const { language, file, code, line } of blocksOf(page)) {
    if (language !== 'ts' && language !== 'tsx') continue
    const name = file ?? `block-${line}.${language}`
    files.set(name, (files.get(name) ?? '') + code)
  }
  return [...files].map(([name, code]) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    // A block without imports or exports is a module all the same.
    writeFileSync(path, `${code}\nexport {}\n`)
    return path
  })
}
