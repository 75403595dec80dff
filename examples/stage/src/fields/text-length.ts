/** Which texts a field takes by their length, and what is said of the others. */
import { NAME_LETTERS, TEXT_LETTERS } from '../../schema/lengths.ts'

const shown = new Intl.NumberFormat(undefined)

/** Why a text cannot be saved; undefined when it can. A required one is a name. */
export function whyNoText(text: string, isRequired = false): string | undefined {
  const most = isRequired ? NAME_LETTERS : TEXT_LETTERS
  if (isRequired && text === '') return 'A name must not be empty. Write one.'
  if (text.length <= most) return undefined
  const fact = `${isRequired ? 'A name has' : 'It has room for'} at most ${shown.format(most)} letters`
  return `${fact}, and this has ${shown.format(text.length)}. Write less.`
}
