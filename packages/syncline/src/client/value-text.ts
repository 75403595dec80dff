/** A field's value as text, to compare by. */

/** Two values are equal when their texts are; a `bigint`, which JSON does not know, is its digits with an `n`. */
export function valueText(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
}
