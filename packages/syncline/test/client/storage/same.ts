/** Deep equality for values that rows hold, in a page as in Node. */

/** @throws Error when the two differ in anything that a page could see */
export function same(actual: unknown, expected: unknown, what = 'value'): void {
  const [found, wanted] = [show(actual), show(expected)]
  if (found === wanted) return
  let at = 0
  while (found.charCodeAt(at) === wanted.charCodeAt(at)) at++
  const near = (text: string) => `…${text.slice(Math.max(0, at - 60), at + 60)}…`
  throw new Error(`The ${what} is ${near(found)}, not ${near(wanted)} (from letter ${at}).`)
}

/** A text that tells apart what JSON does not. */
function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) return `Map${show([...value])}`
  if (Array.isArray(value)) return `[${value.map(show).join()}]`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : typeOf(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${show(member)}`).join()}}`
}

function typeOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
