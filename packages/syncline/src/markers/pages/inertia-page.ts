/**
 * Reloads props of an Inertia page: `router.reload({ only })`, and what Inertia's own events tell of every other
 * visit.
 *
 *   R1 no lost refresh   each answer's position is kept with the page, also in the history
 *   R2 never backwards   of any two answers, whoever asked, the one that was read later is shown
 *   R4 gentle            a reload waits for visits and submissions, and shows neither progress nor a dialog
 */
import type { Page, PageHost, ReloadEnd } from '../page.ts'
import {
  type Asked,
  type InertiaPageLike,
  placeIn,
  repeats,
  syncOf,
  takeAnswer,
  WHOLE,
} from './shown-page.ts'

/** The part of Inertia's router that is used; `router` of `@inertiajs/core` and of every adapter. */
export interface InertiaRouter {
  // Inertia's own types are not needed to use the adapter, and cannot be resolved by Node's rules.
  reload(options?: object): void
  on(type: never, listener: never): () => void
}

/** A visit as Inertia's events have it. */
interface Visit extends Asked {
  readonly id?: string
  readonly method: string
  readonly async: boolean
  readonly prefetch: boolean
}

interface VisitEvent {
  readonly detail: { readonly visit: Visit }
}

interface PageEvent {
  readonly detail: { readonly page: InertiaPageLike }
}

interface Began extends Asked {
  /** Counts visits and pages in the order in which they come. */
  readonly at: number
}

export interface InertiaPageOptions {
  /** Added to each `router.reload`; callbacks among them are called before the adapter's own. */
  readonly reloadOptions?: object
}

/** Makes the adapter of an Inertia 3 page. */
export function inertiaPage(router: InertiaRouter, { reloadOptions }: InertiaPageOptions = {}): Page {
  const visits = new Map<unknown, Began & Visit>()
  let shown: InertiaPageLike | undefined
  let shownAt = 0
  let count = 0
  /** The reload whose answer is about to be shown. */
  let answered: Began | undefined
  let host: PageHost | undefined

  const show = (page: InertiaPageLike) => {
    const isOther = page !== shown
    shown = page
    shownAt = ++count
    if (isOther) host?.onShown()
  }
  const current = () => (shown ??= storedPage())
  const on = <E>(type: string, listener: (event: E) => void) => router.on(type as never, listener as never)

  const listen = () => [
    on<VisitEvent>('start', ({ detail: { visit } }) => {
      if (!visit.prefetch) visits.set(visit.id ?? visit, { ...visit, at: ++count })
    }),
    on<VisitEvent>('finish', ({ detail: { visit } }) => {
      if (visits.delete(visit.id ?? visit)) host?.onFree()
    }),
    on<PageEvent>('beforeUpdate', ({ detail: { page } }) => {
      const began = answered ?? onlyOne(visits)
      const isLater = (began?.at ?? 0) > shownAt
      const asked = visits.size > 0 ? began : WHOLE
      answered = undefined
      const kept = takeAnswer(current(), page, asked, isLater)
      show(page)
      if (kept.length > 0) host?.onKept(kept)
    }),
    on<PageEvent>('navigate', ({ detail: { page } }) => show(page)),
    on<PageEvent>('clientVisit', ({ detail: { page } }) => show(page)),
  ]

  return {
    watch(watcher) {
      host = watcher
      const stops = listen()
      return () => {
        for (const stop of stops) stop()
        visits.clear()
        host = undefined
      }
    },
    isBusy: () => [...visits.values()].some(({ async, method }) => !async || method.toLowerCase() !== 'get'),
    placeOf: (prop) => placeIn(current(), prop),
    debounceMs: () => syncOf(current())?.debounceMs,
    reconnectAttempts: () => syncOf(current())?.reconnectAttempts,
    props: () => current()?.props,
    reload(props) {
      let at = 0
      let token: CancelToken | undefined
      const end = new Promise<ReloadEnd>((resolve) => {
        let how: ReloadEnd = 'interrupted'
        const becomes = (next: ReloadEnd) => {
          how = next
          // Otherwise Inertia opens a dialog over the page, or reports a rejection that nobody awaits.
          return false
        }
        const ended = () => becomes('ended')
        const options: Options = {
          only: props,
          reset: props.filter((prop) => shown && repeats(shown, prop)),
          preserveErrors: true,
          showProgress: false,
          ...reloadOptions,
        }
        callBoth(options, {
          onStart: () => (at = ++count),
          onCancelToken: (given: CancelToken) => (token = given),
          onBeforeUpdate: () => void (answered = { ...WHOLE, only: props, at }),
          onSuccess: ended,
          // The page has errors, which are the user's own business: its props came all the same.
          onError: ended,
          // A server that is being replaced answers 502 for a moment, a busy one 429.
          onHttpException: ({ status }: { readonly status: number }) =>
            becomes(status > 499 || status === 429 ? 'failed' : 'refused'),
          onNetworkError: () => becomes('failed'),
          onFinish: () => resolve(how),
        })
        router.reload(options)
        // A listener of the application's may stop it, without a word.
        if (!at) resolve('failed')
      })
      return { end, cancel: () => token?.cancel() }
    },
  }
}

function onlyOne<Value>(values: ReadonlyMap<unknown, Value>): Value | undefined {
  return values.size === 1 ? [...values.values()][0] : undefined
}

/** Before Inertia has told of a page: the one in the history, or in the document of a first load. */
function storedPage(): InertiaPageLike | undefined {
  try {
    const { page } = (history.state ?? {}) as { page?: InertiaPageLike }
    if (page?.props) return page
    const element = document.querySelector<HTMLElement>('[data-page]')
    const text = element instanceof HTMLScriptElement ? element.textContent : element?.dataset['page']
    return text ? (JSON.parse(text) as InertiaPageLike) : undefined
  } catch {
    return undefined
  }
}

interface CancelToken {
  cancel(): void
}

type Options = Record<string, unknown>
type Callback = (event: never) => unknown

/** Adds callbacks to those that the application gave, which are called first; what ours return counts. */
function callBoth(options: Options, callbacks: Readonly<Record<string, Callback>>): void {
  for (const name in callbacks) {
    const theirs = options[name] as Callback | undefined
    options[name] = (event: never) => {
      theirs?.(event)
      return (callbacks[name] as Callback)(event)
    }
  }
}
