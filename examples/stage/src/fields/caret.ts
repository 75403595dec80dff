/** Where a cursor stands after somebody else has changed the text around it. */

/** The place in `after` of what was at a place in `before`: text in front of a change and behind it keeps its cursor. */
export function placeAfter(before: string, after: string, at: number): number {
  // Who is in an empty field is about to write on.
  if (before === '') return after.length
  const start = sharedStart(before, after)
  if (at <= start) return at
  const end = sharedEnd(before.slice(start), after.slice(start))
  const isBehind = before.length - at <= end
  return isBehind ? after.length - (before.length - at) : Math.min(at, after.length - end)
}

function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

function sharedEnd(one: string, other: string): number {
  let length = 0
  while (length < Math.min(one.length, other.length) && one.at(-1 - length) === other.at(-1 - length)) {
    length += 1
  }
  return length
}
