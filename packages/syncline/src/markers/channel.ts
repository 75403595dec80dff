/** One channel as the registry holds it: who asked for what, and how far it has been heard. */
import type { Place } from './page.ts'
import type { MarkerMessage } from './message.ts'

export class Channel {
  readonly name: string
  /** How many subscriptions name each prop. */
  readonly counts = new Map<string, number>()
  /** How long markers wait for others, where a subscription says so, in ms. */
  readonly delays = new Map<string, number>()
  readonly listeners = new Set<{ readonly call: (message: MarkerMessage) => void }>()
  /** Subscriptions that leave it to the marker which prop to reload. */
  undeclared = 0
  /** A join was sent and not refused since, or will be when the connection opens. */
  isAsked = false
  isJoined = false
  wasJoined = false
  /** The cursor of that join. */
  start: string | undefined
  /** Continues a later connection. */
  cursor: string | undefined
  /** Everything after this position is heard; null when that is not known. */
  from: number | null = null
  /** The newest marker's. */
  changedAt = -Infinity
  /** How often in a row the server would not have the user in it. */
  refusals = 0
  /** Prevents the release, while that waits. */
  keep: (() => void) | undefined

  constructor(name: string) {
    this.name = name
  }

  get isWanted(): boolean {
    return this.counts.size + this.undeclared + this.listeners.size > 0
  }

  /** What a change of the channel makes stale, when the marker names `prop`. */
  staleProps(prop?: string): string[] {
    const props = [...this.counts.keys()]
    if (this.undeclared > 0 && prop !== undefined && !this.counts.has(prop)) props.push(prop)
    return props
  }

  /** How what is heard relates to a prop that was read at this place. */
  coverage(place: Place | undefined): 'current' | 'changed' | 'unknown' {
    const position = place?.position ?? null
    if (position === null || this.from === null || position < this.from) return 'unknown'
    return this.changedAt > position ? 'changed' : 'current'
  }

  /** Calls every callback, now; what one throws is reported as an unhandled rejection and costs the others nothing. */
  tell(message: MarkerMessage): void {
    for (const { call } of Array.from(this.listeners)) void (async () => call(message))()
  }

  count(prop: string, by: 1 | -1): number {
    const count = (this.counts.get(prop) ?? 0) + by
    if (count > 0) this.counts.set(prop, count)
    else this.counts.delete(prop)
    return count
  }
}
