/** JSON that does not depend on the order in which names were written: two texts of one value are the same. Pure. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (isObject(part) ? ordered(part) : part))
}

function isObject(part: unknown): part is Readonly<Record<string, unknown>> {
  return typeof part === 'object' && part !== null && !Array.isArray(part)
}

function ordered(part: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sorted = Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(sorted)
}
