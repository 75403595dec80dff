import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { errorsPage } from './errors-page.ts'
import { protocolPage } from './protocol-page.ts'

const pages = { 'protocol.md': protocolPage, 'errors.md': errorsPage }

// `UPDATE=1 npx vitest run packages/syncline/test/protocol/documentation.test.ts` writes the pages.
describe('documentation', () => {
  test.each(Object.entries(pages))('docs/%s says what the source says', async (name, page) => {
    const place = new URL(`../../../../docs/${name}`, import.meta.url)
    if (process.env['UPDATE']) await writeFile(place, page())

    const written = await readFile(place, 'utf8')

    expect(written).toBe(page())
  })

  test('every field of every message is described', () => {
    const undescribed = protocolPage()
      .split('\n')
      .filter((line) => /^\| `.*\|\s*\|$/.test(line))

    expect(undescribed).toEqual([])
  })
})
