/** Addresses of the page, kept in the browser's history. */
import { useSyncExternalStore } from 'react'
import type { Tab } from './entities/kind.ts'
import { rememberPlace } from './scroll-place.ts'

export type Place =
  | { readonly page: 'productions' }
  | { readonly page: 'equipment'; readonly record?: string }
  | { readonly page: 'production'; readonly id: string; readonly tab: Tab; readonly record?: string }
  | { readonly page: 'missing' }

const TABS: readonly Tab[] = ['floor', 'flow', 'inputs', 'switching', 'outputs', 'cabling', 'settings']

/** Reads the place from a path, and from the part behind `#` the record to go to. */
export function placeOf(path: string, hash = ''): Place {
  if (/^\/productions\/?$/.test(path)) return { page: 'productions' }
  const named = decode(hash.slice(1))
  const record = named === undefined || named === '' ? {} : { record: named }
  if (/^\/equipment\/?$/.test(path)) return { page: 'equipment', ...record }
  const [, encoded, tab = 'floor'] = /^\/productions\/([^/]+)(?:\/([a-z]+))?\/?$/.exec(path) ?? []
  const id = encoded === undefined ? undefined : decode(encoded)
  if (id === undefined || !isTab(tab)) return { page: 'missing' }
  return { page: 'production', id, tab, ...record }
}

/** The address of the list of productions. */
export const PRODUCTIONS_PATH = '/productions'

/** The address of a production, of a part of it, of a record in it. */
export function productionPath(id: string, tab: Tab = 'floor', record?: string): string {
  const part = tab === 'floor' ? '' : `/${tab}`
  return `${PRODUCTIONS_PATH}/${encodeURIComponent(id)}${part}${fragment(record)}`
}

/** The address of the library, or of a piece in it. */
export function equipmentPath(record?: string): string {
  return `/equipment${fragment(record)}`
}

const listeners = new Set<() => void>()

/** The address in the browser, as it changes. */
export function useAddress(): { readonly path: string; readonly hash: string } {
  const address = useSyncExternalStore(subscribe, read)
  const [path = '/', hash = ''] = address.split('#')
  return { path, hash: hash === '' ? '' : `#${hash}` }
}

/** Goes to an address of this page. */
export function go(address: string): void {
  if (address !== read()) {
    rememberPlace()
    history.pushState(null, '', address)
  }
  for (const listener of listeners) listener()
}

/** Goes to an address of this page, and leaves no way back to the one before. */
export function replace(address: string): void {
  history.replaceState(null, '', address)
  for (const listener of listeners) listener()
}

/** Follows links inside the page without loading it again; returns the function that ends that. */
export function followLinks(): () => void {
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.origin !== location.origin || !isPlainClick(event)) return
    // Other pages of this host are not ours to show.
    if (placeOf(link.pathname).page === 'missing') return
    if (link.pathname === location.pathname && link.hash) return
    event.preventDefault()
    const isOtherPage = link.pathname !== location.pathname && !link.hash
    go(link.pathname + link.hash)
    if (isOtherPage) scrollTo(0, 0)
  }
  addEventListener('click', follow)
  return () => removeEventListener('click', follow)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

/** A slash at the end makes no other address. */
function read(): string {
  return location.pathname.replace(/(?<=.)\/$/, '') + location.hash
}

/** With a modifier the reader wants a new tab or window. */
function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}

function isTab(text: string): text is Tab {
  return (TABS as readonly string[]).includes(text)
}

function fragment(record: string | undefined): string {
  return record === undefined ? '' : `#${encodeURIComponent(record)}`
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
