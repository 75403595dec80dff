/** What the name of an account can be: the same for the form on the page and for the server behind it. */

/** As many characters as a list shows on one line of a wide screen. */
export const LONGEST_NAME = 80

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Counts characters as people do: 👩‍🚀 is one, and so is é, however it was typed. */
export function countCharacters(text: string): number {
  return [...segmenter.segment(text)].length
}

/** A name as it is kept: on one line, without what stands around it. */
export function tidied(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}
