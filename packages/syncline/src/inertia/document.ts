/** The document of a first load: the page object in a script that nobody runs, and the element that the client fills. */
import type { Page } from './page.ts'

/** What the Inertia client's server entry renders. */
export interface Rendered {
  readonly head: readonly string[]
  /** Contains the page object too, as `createInertiaApp` writes it. */
  readonly body: string
}

/** Parts of the document for an application's template. */
export interface DocumentParts {
  /** HTML for `<head>`; empty without server rendering. */
  readonly head: string
  /** HTML for `<body>`. */
  readonly body: string
  readonly page: Page
  readonly request: Request
}

/** The parts, rendered on the server or left to the browser. */
export function documentParts(page: Page, request: Request, rendered: Rendered | null): DocumentParts {
  const head = rendered ? rendered.head.join('\n') : ''
  return { head, body: rendered ? rendered.body : emptyBody(page), page, request }
}

function emptyBody(page: Page): string {
  return `<script data-page="app" type="application/json">${scriptJson(page)}</script><div id="app"></div>`
}

/** No `<` reaches the document, so no value can end the script or open a comment in it. */
function scriptJson(page: Page): string {
  return JSON.stringify(page).replaceAll('<', '\\u003c')
}
