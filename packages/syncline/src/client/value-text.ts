/** A field's value as text, to compare by. */

/** Two values are equal when their texts are; a `bigint`, which JSON does not know, is its digits with an `n`. */
export function valueText(value: unknown): string | undefined {
  try {
    // Without a function that looks at each part, it takes half the time or less.
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part))
  }
}
