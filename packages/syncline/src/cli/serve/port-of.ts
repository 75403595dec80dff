/** The port that an argument names; throws with the remedy when it is none. */
export function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`The port ${JSON.stringify(text)} is no port. Write a number from 0 to 65535: --port 4000.`)
}
