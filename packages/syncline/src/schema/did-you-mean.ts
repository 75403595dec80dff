/** What was probably meant; `did-you-mean-in-browsers.ts` stands here in browsers. */
import { closestName } from './closest-name.ts'

/** " Did you mean `x`?", when that is likely. */
export function didYouMean(wanted: string, known: readonly string[]): string | undefined {
  const closest = closestName(wanted, known)
  return closest === undefined ? undefined : ` Did you mean \`${closest}\`?`
}
