/** What time it is on the server, whose stamps are compared with it: the clock of a device may be years off. */

let aheadMs = 0
const listeners = new Set<() => void>()

/** The time in ms since 1970; by the clock of the device until the server has answered. */
export function serverNow(): number {
  return Date.now() + aheadMs
}

/** Takes the time from an answer that the server has just given. */
export function noteTimeOf({ headers }: Response): void {
  const time = Date.parse(headers.get('Date') ?? '')
  if (Number.isNaN(time)) return
  aheadMs = time - Date.now()
  for (const listener of listeners) listener()
}

/** Hears when the clock was set; returns the function that ends that. */
export function onClockSet(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
