/** Every TypeScript block of the README and the guides compiles as it stands, against the built library's types. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeBlocks } from './blocks.ts'

const root = join(import.meta.dirname, '../..')
const pages = ['README.md', ...guides()]
// Below the repository, so that the blocks find the packages they import.
const folder = mkdtempSync(join(root, 'node_modules/.docs-'))
let mistakes: readonly ts.Diagnostic[] = []

beforeAll(() => {
  const files = pages.flatMap((page) => writeBlocks(page, folderOf(page)))
  mistakes = ts.getPreEmitDiagnostics(ts.createProgram(files, options()))
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true }))

test.each(pages)('the code of %s compiles', (page) => {
  const ofPage = mistakes.filter(({ file }) => file?.fileName.startsWith(folderOf(page).replaceAll(sep, '/')))

  expect(ofPage.map(describe)).toEqual([])
})

test('nothing is wrong beside the pages', () => {
  expect(mistakes.filter(({ file }) => !file?.fileName.includes('.docs-')).map(describe)).toEqual([])
})

function folderOf(page: string): string {
  return join(folder, page.replaceAll(/\W/g, '-'), '/')
}

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.check.json'), ts.sys.readFile)
  const { paths: _, ...rest } = config.compilerOptions
  const { options: parsed } = ts.parseJsonConfigFileContent(
    { ...config, compilerOptions: rest, include: [], files: [] },
    ts.sys,
    root,
  )
  return {
    ...parsed,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    typeRoots: [join(root, 'node_modules/@types')],
  }
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
  return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}

function guides(): string[] {
  return ts.sys.readDirectory(join(root, 'docs/guides'), ['.md']).map((path) => path.slice(root.length + 1))
}
