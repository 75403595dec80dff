/**
 * What bundles for browsers have instead of `did-you-mean.ts`, by the `browser` field of package.json: developers are
 * told what they probably meant, and production lists the names that there are.
 */
import { closestName } from './closest-name.ts'

export function didYouMean(wanted: string, known: readonly string[]): string | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const closest = closestName(wanted, known)
      if (closest !== undefined) return ` Did you mean \`${closest}\`?`
    }
  } catch {}
  return undefined
}
