/** How long a page waits before it asks again for what its list names and the server refuses. */

/** How long the list may be behind, in ms. */
const SHORTEST_MS = 500
const LONGEST_MS = 60_000

/** The wait after so many refusals, in ms: twice as long each time. */
export function doubtMs(refusals: number): number {
  return Math.min(SHORTEST_MS * 2 ** refusals, LONGEST_MS)
}
