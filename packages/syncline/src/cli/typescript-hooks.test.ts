import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { initialize, load } from './typescript-hooks.ts'

test('a file that is not TypeScript is named, with the place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-hooks-'))
  try {
    const file = join(folder, 'access.ts')
    writeFileSync(file, 'export const access = {\n  project: { accessibleBy: { { },\n}\n')
    await initialize([{ kind: 'esbuild', path: createRequire(import.meta.url).resolve('esbuild') }])
    const read = () =>
      load(
        pathToFileURL(file).href,
        { conditions: [], format: null, importAssertions: {}, importAttributes: {} },
        never,
      )

    expect(read).toThrow(/access\.ts:2:\d+: ERROR/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function never(): never {
  throw new Error('TypeScript is not handed on.')
}
