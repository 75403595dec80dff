/**
 * Other spellings of integer ids, so that nobody counts records or guesses their neighbours: Sqids over an alphabet that
 * is shuffled by a secret and the model. They discourage and protect nothing; access rules do.
 */
import { createHmac } from 'node:crypto'
import Sqids from 'sqids'

/** How ids of a model are shown: both ways, and only one spelling for each id. */
export interface IdScheme {
  /** From the database's id, as text. */
  encode(id: string): string
  /** Back; null for a text that shows no id. */
  decode(shown: string): string | null
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const MIN_LENGTH = 6
/** Ids above what a number holds exactly are shown as two. */
const HALF = 2n ** 32n
const WHOLE = BigInt(Number.MAX_SAFE_INTEGER)

/** The scheme of one model under one secret; negative ids have no spelling. */
export function obfuscation(secret: string, modelName: string): IdScheme {
  const sqids = new Sqids({ alphabet: shuffled(secret, modelName), minLength: MIN_LENGTH })
  return {
    encode(id) {
      const number = BigInt(id)
      if (number < 0n) {
        throw new TypeError(
          `Id ${id} of \`${modelName}\` is negative, and has no obfuscated spelling. Declare the model with plain ids.`,
        )
      }
      return sqids.encode(number <= WHOLE ? [Number(number)] : [Number(number / HALF), Number(number % HALF)])
    },
    decode(shown) {
      const [first, second, ...others] = sqids.decode(shown)
      if (first === undefined || others.length > 0) return null
      return String(second === undefined ? first : BigInt(first) * HALF + BigInt(second))
    },
  }
}

/** Fisher and Yates, with the secret's stream of numbers for chance. */
function shuffled(secret: string, modelName: string): string {
  const letters = ALPHABET.split('')
  const random = numbersOf(secret, modelName)
  for (let index = letters.length - 1; index > 0; index--) {
    const other = random.next().value % (index + 1)
    ;[letters[index], letters[other]] = [letters[other] as string, letters[index] as string]
  }
  return letters.join('')
}

/** Whole numbers of 32 bits without end; their remainders are even enough for an alphabet. */
function* numbersOf(secret: string, modelName: string): Generator<number, never> {
  for (let block = 0; ; block++) {
    const bytes = createHmac('sha256', secret).update(`syncline ids ${modelName} ${block}`).digest()
    for (let at = 0; at < bytes.length; at += 4) yield bytes.readUInt32BE(at)
  }
}
