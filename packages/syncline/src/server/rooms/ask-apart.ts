/**
 * Asks about many things in one statement, and about fewer where that statement fails: what fails by itself is left out.
 *
 *   W4 no blockage   one condition that fails in the database keeps nobody else from an answer, and many keep the others
 *                    waiting for 5 s at most: then whoever was asked about together with one is asked about again later
 */
import { isStatementFault } from '../../postgres/statement-fault.ts'

export interface Question<Item, Answer> {
  /** Items in one statement. */
  readonly atOnce: number
  /** The SQL of an item: what fails for its text alone fails for all that have the same. */
  readonly textOf: (item: Item) => string
  readonly ask: (items: readonly Item[]) => Promise<Answer>
}

/** Time for finding out what fails, from the first failure on, in ms: everybody else in the room waits meanwhile. */
const APART_WITHIN_MS = 5_000

/** What was answered, and why of some things nothing was. */
export interface Apart<Item, Answer> {
  readonly answers: readonly Answer[]
  readonly failed: ReadonlyMap<Item, unknown>
}

/** Throws what is no fault of a statement: then the database answers nobody. */
export async function askApart<Item, Answer>(
  items: readonly Item[],
  { atOnce, textOf, ask }: Question<Item, Answer>,
  nowMs: () => number = () => performance.now(),
): Promise<Apart<Item, Answer>> {
  const answers: Answer[] = []
  const failed = new Map<Item, unknown>()
  const brokenTexts = new Map<string, unknown>()
  const portions = portionsOf(items, atOnce)
  let untilMs = Infinity
  for (let portion = portions.pop(); portion; portion = portions.pop()) {
    const asked = portion.items.filter((item) => !brokenTexts.has(textOf(item)))
    for (const item of portion.items) {
      if (brokenTexts.has(textOf(item))) failed.set(item, brokenTexts.get(textOf(item)))
    }
    if (asked.length === 0) continue
    if (portion.failure && nowMs() > untilMs) {
      for (const item of asked) failed.set(item, notFoundOut(portion.failure))
      continue
    }
    try {
      answers.push(await ask(asked))
    } catch (error) {
      if (!isStatementFault(error)) throw error
      untilMs = Math.min(untilMs, nowMs() + APART_WITHIN_MS)
      const [only] = asked
      if (asked.length > 1) portions.push(...portionsOf(asked, Math.ceil(asked.length / 2), error))
      else if (only !== undefined) failed.set(only, error)
      // Class 42: PostgreSQL does not understand the text, whatever its values.
      if (asked.length === 1 && error.code.startsWith('42')) brokenTexts.set(textOf(only as Item), error)
    }
  }
  return { answers, failed }
}

/** What is asked about in one statement. */
interface Portion<Item> {
  readonly items: readonly Item[]
  /** Why a statement about these and others failed. Absent: they were in none yet, and are asked about in any case. */
  readonly failure?: Error
}

function portionsOf<Item>(items: readonly Item[], size: number, failure?: Error): Portion<Item>[] {
  const portions: Portion<Item>[] = []
  for (let start = 0; start < items.length; start += size)
    portions.push({ items: items.slice(start, start + size), ...(failure && { failure }) })
  return portions
}

/** No fault of a statement: it was another item's, perhaps. */
const notFoundOut = (cause: Error) =>
  new Error(
    `It was asked about together with a condition that fails in the database (${cause.message}), and it was not found out within ${APART_WITHIN_MS} ms which one that is. It is asked about again; mend the rule that the log names.`,
    { cause },
  )
