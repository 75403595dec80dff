/** Whole numbers as people write them, and what is said of those that a field does not take. */
import type { Range } from '../../schema/ranges.ts'

/** The number that a text is; undefined for `1e3`, `4.5`, `x` and nothing at all. */
export function wholeNumber(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : undefined
}

/** Whether a number lies within a range. */
export function isWithin(number: number, { from, to }: Range): boolean {
  return number >= from && number <= to
}

const shown = new Intl.NumberFormat(undefined)

/** "from 0 to 400,000" */
export function spanOf({ from, to }: Range): string {
  return `from ${shown.format(from)} to ${shown.format(to)}`
}

/** "Zoom is a whole number from 1 to 200, and “1e3” is none." */
export function notInRange(label: string, text: string, range: Range): string {
  const fact = `${label} is a whole number ${spanOf(range)}`
  return text === '' ? `${fact}. Write one.` : `${fact}, and “${text}” is none.`
}
