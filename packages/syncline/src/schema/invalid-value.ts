/** Why a value cannot be stored; `text` continues a sentence about the field: "is 3.5, which …". */
export class InvalidValue {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Says what a value is and what to write instead: "is `1e400`. Write a finite number." */
export function invalid(value: unknown, remedy: string): InvalidValue {
  return new InvalidValue(`is ${showValue(value)}. ${remedy}`)
}

const LONGEST_SHOWN = 60

/** Shows a stranger's value in a message: one line, short, without control characters. */
export function showValue(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${clip(value)}"`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  return Object.is(value, -0) ? '-0' : `${value}`
}

/** Cuts text to a length fit for a message and replaces what would break its line or its encoding. */
export function clip(text: string): string {
  const short = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
  return short.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '�')
}
