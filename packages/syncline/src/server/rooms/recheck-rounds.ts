/** Takes turns through all rooms, so that the database is not asked about everybody at once. */
interface Checked {
  readonly members: { readonly size: number }
  checkSoon(): void
}

export class RecheckRounds {
  /** Rooms that this round has not reached yet, and how many it takes at a time. */
  #unchecked: Checked[] = []
  #share = 0
  #calls = 0

  /** Checks some rooms: all of them within `rounds` calls, few of them sooner. True once in so many calls. */
  next(rooms: Iterable<Checked>, rounds: number): boolean {
    if (this.#unchecked.length === 0) {
      this.#unchecked = [...rooms]
      this.#share = Math.ceil(this.#unchecked.length / rounds)
    }
    for (const room of this.#unchecked.splice(0, this.#share)) if (room.members.size > 0) room.checkSoon()
    return this.#calls++ % rounds === 0
  }
}
