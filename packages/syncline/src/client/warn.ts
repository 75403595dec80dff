/** Tells developers in the console; called only where production is told nothing. */
export function warn(text: string): void {
  // oxlint-disable-next-line no-console -- this is what the console is for
  console.warn(`[syncline] ${text}`)
}
