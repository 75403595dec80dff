/**
 * Reloads what is stale: collects, waits for the right moment, asks the page, and follows up. Every decision about
 * when is in `reloading.ts`.
 *
 *   R1 no lost refresh   a reload that was cancelled or failed leaves its props stale
 *   R2 never backwards   a marker that the shown prop already contains makes nothing stale
 *   R4 gentle            nothing is asked for while a visit is under way or the page is hidden
 */
import type { Clock } from './clock.ts'
import { debug, warn, warnOfUnknown } from './development.ts'
import type { Page, ReloadEnd } from './page.ts'
import { IDLE, isReloading, type ReloadEvent, type Reloading, step } from './reloading.ts'

/** A place in the log: of the newest marker that made a prop stale; null when it cannot be compared. */
type Mark = number | null

// 10 s: an answer that takes longer is from a connection that will not bring it. Doubles when it happens again.
const PATIENCE_MS = 10_000
const MOST_PATIENCE_MS = 80_000
// 100 ms: what interrupted the reload usually changes the page, and with it what is stale.
const SETTLING_MS = 100

export interface ReloaderSettings {
  readonly clock: Clock
  readonly random: () => number
  readonly findPage: () => Page | undefined
  /** The timer ran out, or the page is free: reload what is stale. */
  readonly onDue: () => void
}

export class Reloader {
  /** Props that are stale and not being reloaded. */
  readonly pending = new Set<string>()
  readonly #marks = new Map<string, Mark>()
  readonly #settings: ReloaderSettings
  #state: Reloading = IDLE
  #stopTimer: (() => void) | undefined
  #patienceMs = PATIENCE_MS
  /** Tells an answer that is still awaited from one that was given up. */
  #turn = 0

  constructor(settings: ReloaderSettings) {
    this.#settings = settings
  }

  get timer(): (() => void) | null {
    return this.#stopTimer ?? null
  }

  /** Makes props stale unless what is shown is newer than the mark. False when nothing was. */
  mark(props: readonly string[], mark: Mark): boolean {
    const stale = props.filter((prop) => !this.#isShown(prop, mark))
    for (const prop of stale) {
      const before = this.#marks.get(prop)
      this.#marks.set(prop, before === null || mark === null ? null : Math.max(before ?? mark, mark))
      this.pending.add(prop)
    }
    return stale.length > 0
  }

  /** Reloads after a pause, together with what is marked until then. */
  schedule(delayMs: number): void {
    this.#dispatch('marked', delayMs)
  }

  /** Reloads what is stale, now or as soon as the page can. */
  perform(): void {
    if (this.pending.size === 0) return
    if (this.#state.phase === 'idle' || isReloading(this.#state)) this.#dispatch('marked')
    this.#dispatch(this.#isHeld() ? 'held' : 'due')
  }

  /** The page changed: what it now shows is not stale any more. */
  settle(): void {
    for (const prop of this.pending) if (this.#isShown(prop, this.#marks.get(prop) ?? null)) this.forget(prop)
    if (this.pending.size === 0) this.#dispatch('settled')
  }

  /** Nobody shows the prop any more. */
  forget(prop: string): void {
    this.pending.delete(prop)
    this.#marks.delete(prop)
  }

  /** A visit ended, or the page came into view. */
  freed(): void {
    if (this.#state.phase === 'held' && !this.#isHeld()) this.#settings.onDue()
  }

  stop(): void {
    this.#turn++
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.pending.clear()
    this.#marks.clear()
    this.#state = IDLE
  }

  #isShown(prop: string, mark: Mark): boolean {
    const position = this.#settings.findPage()?.placeOf?.(prop)?.position
    return mark !== null && typeof position === 'number' && mark <= position
  }

  #isHeld(): boolean {
    const isHidden = typeof document !== 'undefined' && document.visibilityState === 'hidden'
    return isHidden || this.#settings.findPage()?.isBusy?.() === true
  }

  #dispatch(event: ReloadEvent, delayMs = 0): void {
    const { clock, random, onDue } = this.#settings
    const before = this.#state
    const { state, timerMs } = step(before, { event, now: clock.now(), delayMs, random })
    if (state === before) return
    this.#state = state
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (timerMs !== undefined) {
      this.#stopTimer = clock.after(timerMs, () => {
        this.#stopTimer = undefined
        onDue()
      })
    } else if (isReloading(state) && !isReloading(before)) this.#reload()
    else if (state.phase === 'held') this.freed()
  }

  #reload(): void {
    const { clock, findPage } = this.#settings
    const page = findPage()
    const props = Array.from(this.pending)
    const marks = new Map(this.#marks)
    const turn = ++this.#turn
    this.pending.clear()
    this.#marks.clear()
    if (!page)
      warn(
        'Something is stale, and nothing is known of the page. Call `syncRegistry.configure({ page: … })` with an adapter, such as `inertiaPage(router)`.',
      )
    debug('reload', props)
    const reload = page?.reload(props.includes(EVERYTHING) ? [] : props)
    const end = (how: ReloadEnd) => {
      if (turn !== this.#turn) return
      this.#turn++
      stopPatience()
      this.#patienceMs = how === 'failed' ? Math.min(this.#patienceMs * 2, MOST_PATIENCE_MS) : PATIENCE_MS
      debug(`reload ${how}`, props)
      if (how === 'failed' || how === 'interrupted') {
        for (const prop of props) this.mark([prop], marks.get(prop) ?? null)
      } else warnOfUnknown(props, page?.propNames?.())
      this.#finish(how)
    }
    const stopPatience = clock.after(this.#patienceMs, () => {
      end('failed')
      reload?.cancel()
    })
    if (reload) reload.end.then(end, () => end('failed'))
    else end('refused')
  }

  #finish(how: ReloadEnd): void {
    this.#dispatch(how === 'refused' ? 'ended' : how, SETTLING_MS)
    if (this.pending.size === 0) this.#dispatch('settled')
  }
}

/** Stands for all props, where nobody said which. */
export const EVERYTHING = '*'
