/** What is said when nothing was found, and how far was looked. */
import type { Reach } from './use-all-productions.ts'

/** "Nothing contains “x”." */
export function nothingFound(query: string, { reading, missing }: Reach, isOffline: boolean): string {
  if (reading > 0) return `Nothing yet with “${query}”; still reading ${countOf(reading)}.`
  const fact = `Nothing ${isOffline ? 'on this device ' : ''}contains “${query}”.`
  if (missing === 0) return fact
  const [are, they] = missing === 1 ? ['is', 'it was'] : ['are', 'they were']
  return isOffline
    ? `${fact} ${countOf(missing)} ${are} not on this device, as ${they} never opened here.`
    : `${fact} ${countOf(missing)} ${are} not searched; open one to search it too.`
}

function countOf(count: number): string {
  return count === 1 ? '1 production' : `${count} productions`
}
