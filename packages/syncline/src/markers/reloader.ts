/**
 * Reloads what is stale: collects, waits for the right moment, asks the page, and follows up. Every decision about
 * when is in `reloading.ts`.
 *
 *   R1 no lost refresh   a reload that was cancelled or failed leaves its props stale
 *   R2 never backwards   a marker that the shown prop already contains makes nothing stale
 *   R4 gentle            nothing is asked for while a visit is under way or the page is hidden; what a submission
 *                        changed is marked around its answer, and collected to one reload after it
 */
import { debug, warnOfNoPage, warnOfUnknown } from './development.ts'
import type { Settings } from './options.ts'
import type { Reload, ReloadEnd } from './page.ts'
import { IDLE, isReloading, type ReloadEvent, step } from './reloading.ts'

// 10 s: an answer that takes longer is from a connection that will not bring it. Doubles when it happens again.
const PATIENCE_MS = 10_000
const MOST_PATIENCE_MS = 80_000
// 100 ms: what interrupted the reload usually changes the page, and with it what is stale.
const SETTLING_MS = 100

/** Stands for all props, where nobody said which. */
export const EVERYTHING = '*'

export interface Reloader {
  /** Props that are stale and not being reloaded. */
  readonly pending: Set<string>
  /** Ends the pause before the next reload; undefined when none runs. */
  timer(): (() => void) | undefined
  /** Makes props stale unless what is shown is as new as the place; without one, in any case. False when nothing was. */
  mark(props: readonly string[], at?: number): boolean
  /** Reloads after a pause, together with what is marked until then. */
  schedule(delayMs: number): void
  /** Reloads what is stale, now or as soon as the page can. */
  perform(): void
  /** The page changed: what it now shows is not stale any more. */
  settle(): void
  /** Nobody shows the prop any more. */
  forget(prop: string): void
  /** A visit ended: a reload that waited for it is due after this pause, together with what is marked until then. */
  freed(delayMs: number): void
  stop(): void
}

/** Makes the one reloader of a page; `onDue` is called when it is time to reload what is stale. */
export function createReloader(settings: () => Settings, onDue: () => void): Reloader {
  const pending = new Set<string>()
  /** Where in the log each became stale; beyond everything when that cannot be compared. */
  const marks = new Map<string, number>()
  let state = IDLE
  let stopTimer: (() => void) | undefined
  let patienceMs = PATIENCE_MS
  /** Tells an answer that is still awaited from one that was given up. */
  let turn = 0

  const isShown = (prop: string, at = Infinity) => at <= (settings().page?.placeOf?.(prop)?.position ?? -1)

  const isHeld = () => (typeof document !== 'undefined' && document.hidden) || settings().page?.isBusy?.()

  const mark = (props: readonly string[], at = Infinity) => {
    const stale = props.filter((prop) => !isShown(prop, at))
    for (const prop of stale) {
      marks.set(prop, Math.max(marks.get(prop) ?? at, at))
      pending.add(prop)
    }
    return stale.length > 0
  }

  const forget = (prop: string) => {
    pending.delete(prop)
    marks.delete(prop)
  }

  const settle = () => {
    for (const prop of pending) if (isShown(prop, marks.get(prop))) forget(prop)
    if (pending.size === 0) dispatch('settled')
  }

  const dispatch = (event: ReloadEvent, delayMs = 0) => {
    const before = state
    const next = step(before, { event, now: settings().clock.now(), delayMs, random: settings().random })
    if (next.state === before) return
    state = next.state
    stopTimer?.()
    stopTimer = undefined
    if (next.timerMs !== undefined) {
      stopTimer = settings().clock.after(next.timerMs, () => {
        stopTimer = undefined
        onDue()
      })
    } else if (isReloading(state) && !isReloading(before)) reload()
  }

  const reload = () => {
    const page = settings().page
    const props = [...pending]
    const marked = new Map(marks)
    const own = ++turn
    pending.clear()
    marks.clear()
    warnOfNoPage(page)
    debug('reload', props)
    const end = (how: ReloadEnd) => {
      if (own !== turn) return
      turn++
      stopPatience()
      patienceMs = how === 'failed' ? Math.min(patienceMs * 2, MOST_PATIENCE_MS) : PATIENCE_MS
      debug('reload ended', [how, props])
      if (how === 'failed' || how === 'interrupted') {
        for (const prop of props) mark([prop], marked.get(prop))
      } else warnOfUnknown(props, () => page?.props?.())
      dispatch(how === 'refused' ? 'ended' : how, SETTLING_MS)
      settle()
    }
    let begun: Reload | undefined
    const stopPatience = settings().clock.after(patienceMs, () => {
      end('failed')
      begun?.cancel()
    })
    try {
      begun = page?.reload(props.includes(EVERYTHING) ? [] : props)
    } catch (error) {
      debug('reload threw', error)
      return end('failed')
    }
    if (begun) begun.end.then(end, () => end('failed'))
    else end('refused')
  }

  return {
    pending,
    timer: () => stopTimer,
    mark,
    schedule: (delayMs) => dispatch('marked', delayMs),
    perform() {
      // The page may have loaded it by itself meanwhile.
      settle()
      if (pending.size === 0) return
      if (state.phase === 'idle' || isReloading(state)) dispatch('marked')
      dispatch(isHeld() ? 'held' : 'due')
    },
    settle,
    forget,
    freed(delayMs) {
      if (state.phase === 'held' && !isHeld()) dispatch('interrupted', delayMs)
    },
    stop() {
      turn++
      stopTimer?.()
      stopTimer = undefined
      pending.clear()
      marks.clear()
      state = IDLE
    },
  }
}
