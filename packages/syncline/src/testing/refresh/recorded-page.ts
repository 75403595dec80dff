/** A page that only records what it is asked to reload: a page adapter for tests of marker clients. */

type ReloadEnd = 'ended' | 'interrupted' | 'failed' | 'refused'

/** One reload that was asked for. */
export interface RecordedReload {
  readonly props: readonly string[]
  /** Answers it; at once by itself unless the page is `manual`. */
  finish(end?: ReloadEnd): void
  readonly isFinished: boolean
  /** True when the client has given up waiting for it. */
  readonly isCancelled: boolean
}

export interface RecordedPage {
  /** The reloads so far, oldest first. */
  readonly reloads: readonly RecordedReload[]
  /** The props of each reload: `[['account'], ['accounts', 'account']]`. */
  readonly props: readonly (readonly string[])[]
  /** What a marker client calls. */
  reload(props: readonly string[]): { readonly end: Promise<ReloadEnd>; cancel(): void }
  /** Resolves once so many reloads were asked for. */
  untilReloads(count: number): Promise<void>
}

/** Makes a page adapter that records; with `manual`, each reload lasts until the test calls its `finish`. */
export function recordedPage({ manual = false }: { readonly manual?: boolean } = {}): RecordedPage {
  const reloads: Recorded[] = []
  const waiting = new Set<() => void>()
  return {
    reloads,
    get props() {
      return reloads.map(({ props }) => props)
    },
    reload(props) {
      const reload = new Recorded([...props])
      reloads.push(reload)
      for (const look of waiting) look()
      if (!manual) reload.finish()
      return { end: reload.end, cancel: () => reload.cancel() }
    },
    untilReloads: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (reloads.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

class Recorded implements RecordedReload {
  readonly props: readonly string[]
  readonly end: Promise<ReloadEnd>
  #resolve: (end: ReloadEnd) => void = () => {}
  isFinished = false
  isCancelled = false

  constructor(props: readonly string[]) {
    this.props = props
    this.end = new Promise((resolve) => (this.#resolve = resolve))
  }

  finish(end: ReloadEnd = 'ended'): void {
    this.isFinished = true
    this.#resolve(end)
  }

  cancel(): void {
    this.isCancelled = true
    this.finish('interrupted')
  }
}
