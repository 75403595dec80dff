/** Finds what was probably meant, everywhere but in browsers' production: `did-you-mean-in-browsers.ts` stands here there. */
export { closestName as didYouMean } from './closest-name.ts'
