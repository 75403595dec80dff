/** The document of a first load, with the names that Vite gave the built files. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DocumentParts } from 'syncline/inertia'

/** Where Vite puts the pages, as seen from the built server. */
export const PUBLIC = fileURLToPath(new URL('../../../../accounts/dist/public/', import.meta.url))

interface Built {
  readonly script: string
  readonly styles: readonly string[]
}

/** Reads which files the pages were built into. */
export function readBuilt(): Built {
  const file = `${PUBLIC}.vite/manifest.json`
  if (!existsSync(file)) throw new Error(`${file} is not there. Run \`npm run build\` first.`)
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { file: string; css?: string[] }>
  const entry = manifest['src/main.ts']
  if (!entry) throw new Error(`${file} names no \`src/main.ts\`. Run \`npm run build\` again.`)
  return { script: `/${entry.file}`, styles: (entry.css ?? []).map((path) => `/${path}`) }
}

/** Makes the document. */
export function documentOf({ script, styles }: Built): (parts: DocumentParts) => string {
  const links = styles.map((path) => `<link rel="stylesheet" href="${path}" />`).join('\n    ')
  return ({ head, body }) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#f4f6f5" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#111514" media="(prefers-color-scheme: dark)" />
    <meta name="description" content="Accounts, who belongs to them, and what they may do." />
    <title>Accounts</title>
    <link rel="icon" href="/assets/accounts/favicon.svg" type="image/svg+xml" />
    ${links}
    <script type="module" src="${script}"></script>
    ${head}
  </head>
  <body>
    ${body}
    <noscript>Accounts needs JavaScript to show its pages.</noscript>
  </body>
</html>
`
}
