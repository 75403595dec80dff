/**
 * Runs in Chromium: the real Inertia client over the plainest framework there is. Each swap writes what the page has
 * into the document, as a framework would; a component subscribes while it is on the page.
 */
import { getInitialPageFromDOM, router as untyped } from '@inertiajs/core'
import {
  actionCable,
  inertiaPage,
  type InertiaRouter,
  keepFields,
  native,
  subscribeAll,
  type SyncRegistry,
  syncRegistry,
} from 'syncline/markers'

interface Shown {
  readonly component: string
  readonly url: string
  readonly props: Readonly<Record<string, unknown>>
}

interface Router extends InertiaRouter {
  init(how: object): void
  visit(url: string, options?: object): void
}

/** What the tests read and call. */
export interface PageWindow {
  page: Shown
  router: Router
  registry: SyncRegistry
  /** Where markers come from; set before this program runs. */
  sync: { url: string; token: string; cable?: 'model' | 'identifier' | undefined; options?: object }
  /** The props of every page that was shown, oldest first. */
  pages: Shown['props'][]
  /** The props of each reload that began, oldest first. */
  reloads: string[][]
  /** The application's own callbacks of reloads, in the order of their calls. */
  called: string[]
  /** Subscribes as the component that is on the page; the tests may do it late. */
  mount(): void
  mountAndUnmount(times: number): void
  /** Sends a form whose components stay, as they do when a framework renders the same page again. */
  submit(name: string): void
}

declare const window: Window & PageWindow

const router = untyped as unknown as Router
const { sync } = window
window.router = router
window.reloads = []
window.pages = []
window.called = []
const callbacks = Object.fromEntries(
  ['onStart', 'onCancelToken', 'onBeforeUpdate', 'onSuccess', 'onHttpException', 'onFinish'].map((name) => [
    name,
    () => window.called.push(name),
  ]),
)
window.registry = syncRegistry.configure({
  transport: sync.cable
    ? actionCable(sync.url, { form: sync.cable })
    : native(sync.url, { token: () => sync.token }),
  page: keepFields(inertiaPage(router, { reloadOptions: callbacks })),
  reconnectDelay: 50,
  ...sync.options,
})
const onStart = ({ detail }: { detail: { visit: { async: boolean; only: string[] } } }) => {
  if (detail.visit.async) window.reloads.push(detail.visit.only)
}
router.on('start' as never, onStart as never)

let unmount = () => {}
let shownComponent = ''
const subscriptionsOf = ({ component, props }: Shown): Record<string, string[]> => {
  const { id } = (props['account'] ?? {}) as { id?: string }
  return component === 'account'
    ? { [`Account:${id}`]: ['account', 'members'] }
    : { 'Account:all': ['accounts'] }
}

window.mount = () => {
  unmount()
  unmount = subscribeAll(subscriptionsOf(window.page))
}
window.mountAndUnmount = (times) => {
  for (let n = 0; n < times; n++) subscribeAll({ [`Account:${n % 50}`]: ['account', 'members'] })()
}

window.submit = (name) =>
  router.visit(window.page.url, { method: 'put', data: { name }, preserveState: true })

function swap({ page, preserveState }: { page: Shown; preserveState: boolean }): void {
  window.page = page
  window.pages.push(page.props)
  const isOther = !preserveState || page.component !== shownComponent
  shownComponent = page.component
  if (isOther) {
    unmount()
    document.body.innerHTML = HTML[page.component] ?? ''
    if (!location.search.includes('late')) window.mount()
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-show]')) {
    const value = element.dataset['show']
      ?.split('.')
      .reduce<unknown>((from, key) => (from as never)?.[key], page.props)
    if (element instanceof HTMLInputElement && element.type === 'checkbox') element.checked = value === 'pro'
    // As frameworks do: the option is chosen, the field itself is not set.
    else if (element instanceof HTMLSelectElement)
      for (const option of element.options) option.selected = option.value === value
    else if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)
      element.value = String(value)
    else element.textContent = JSON.stringify(value)
  }
}

const HTML: Readonly<Record<string, string>> = {
  account: `<h1 data-show="account.name"></h1><p id="plan" data-show="account.plan"></p><p id="members" data-show="members"></p>
    <form data-sync-keep><label>Name <input id="name" data-show="account.name" data-sync-prop="account.name"></label></form>
    <form data-sync-keep><input type="checkbox" id="pro" data-show="account.plan">
    <select id="choice" data-show="account.plan" data-sync-prop="account.plan"><option>free</option><option>pro</option><option>max</option></select>
    <textarea id="words" data-show="account.plan"></textarea></form>`,
  // Higher than a window, as lists are.
  accounts:
    '<div style="height: 3000px"></div><ul data-show="accounts"></ul><div style="height: 3000px"></div>',
}

document.addEventListener('submit', (event) => {
  event.preventDefault()
  const name = document.querySelector<HTMLInputElement>('#name')?.value
  window.submit(name ?? '')
})

router.init({
  initialPage: getInitialPageFromDOM('app'),
  resolveComponent: (name: string) => name,
  swapComponent: async (how: { page: Shown; preserveState: boolean }) => swap(how),
})
// The first page is not always told by a swap.
if (!shownComponent) swap({ page: getInitialPageFromDOM('app') as unknown as Shown, preserveState: false })
