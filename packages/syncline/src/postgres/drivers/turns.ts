/** A queue of one: whoever holds the turn is alone until the turn is passed on. */
export interface Turns {
  /** Resolves when it is the caller's turn, with the function that passes it on. */
  take(): Promise<() => void>
}

/** Makes a queue in which callers take turns in the order in which they asked. */
export function takeTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return {
    take() {
      const mine = last
      let pass: () => void = () => {}
      last = new Promise((resolve) => {
        pass = resolve
      })
      return mine.then(() => pass)
    },
  }
}
