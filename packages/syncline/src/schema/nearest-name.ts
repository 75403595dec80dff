import { didYouMean } from './did-you-mean.ts'

/** Ends a message with what was probably meant, or with what exists: " Did you mean `x`?" or " There are: `x`, `y`." */
export function suggestion(wanted: string, known: readonly string[], these: string): string {
  return didYouMean(wanted, known) ?? (known.length === 0 ? '' : ` ${these}: ${quoteNames(known)}.`)
}

export function quoteNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `\`${name}\``)
  const more = names.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const MOST_LISTED = 20
