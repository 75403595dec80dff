/** A whole page for a real browser: `markers.test.ts` bundles it as an application's build would. */
import { type Component, mount } from 'svelte'
import { fromFunction, native, syncRegistry } from 'syncline/markers'
import * as page from './markers.svelte'

declare global {
  interface Window {
    markersUrl: string
    /** The props of each reload, oldest first. */
    reloads: (readonly string[])[]
    subscribed(): Record<string, string[]>
    /** How long the page collects markers where a component says nothing, in ms. */
    collectFor(debounceMs: number): void
  }
}

window.reloads = []
window.subscribed = () =>
  Object.fromEntries(Array.from(syncRegistry.subscriptions, ([name, props]) => [name, [...props]]))
window.collectFor = (debounceMs) => void syncRegistry.configure({ debounceMs })
syncRegistry.configure({
  transport: native(window.markersUrl, { token: () => 'ana' }),
  page: fromFunction((props) => void window.reloads.push(props)),
  reconnectDelay: 50,
})
const { default: Page } = page as unknown as { default: Component }
mount(Page, { target: document.body })
