/**
 * How much had come by when. Noted by the reads themselves: while a turn of the event loop has thousands of sockets to
 * read, no timer fires, for as long as there is more.
 */

/** Reads from one note of the time to the next: asking for it costs a part of what a small read does. */
const READS_A_NOTE = 64

export class Arrivals {
  readonly #now: () => number
  #bytes = 0
  #reads = 0
  #times = [0]
  #totals = [0]

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Counts from here on. */
  begin(): void {
    this.#bytes = 0
    this.#reads = 0
    this.#times = [this.#now()]
    this.#totals = [0]
  }

  /** Called with each read. */
  note(bytes: number): void {
    this.#bytes += bytes
    if (++this.#reads % READS_A_NOTE !== 0) return
    this.#times.push(this.#now())
    this.#totals.push(this.#bytes)
  }

  /** Bytes per ms from one moment to another, in ms since `begin`. */
  rate(fromMs: number, untilMs: number): number {
    return (this.#until(untilMs) - this.#until(fromMs)) / (untilMs - fromMs)
  }

  /** What had come by then: between two notes it came evenly, after the last nothing did. */
  #until(ms: number): number {
    const moment = (this.#times[0] as number) + ms
    const after = this.#times.findIndex((time) => time > moment)
    if (after < 1) return this.#totals.at(-1) as number
    const [time, nextTime] = [this.#times[after - 1] as number, this.#times[after] as number]
    const [total, nextTotal] = [this.#totals[after - 1] as number, this.#totals[after] as number]
    return total + ((nextTotal - total) * (moment - time)) / (nextTime - time)
  }
}
