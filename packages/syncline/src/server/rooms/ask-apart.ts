/**
 * Asks about many things in one statement, and about fewer where that statement fails: what fails by itself is left out.
 *
 *   W4 no blockage   one condition that fails in the database keeps nobody else from an answer
 */
import { isStatementFault } from '../../postgres/statement-fault.ts'

export interface Question<Item, Answer> {
  /** Items in one statement. */
  readonly atOnce: number
  /** The SQL of an item: what fails for its text alone fails for all that have the same. */
  readonly textOf: (item: Item) => string
  readonly ask: (items: readonly Item[]) => Promise<Answer>
}

/** What was answered, and why of some things nothing was. */
export interface Apart<Item, Answer> {
  readonly answers: readonly Answer[]
  readonly failed: ReadonlyMap<Item, unknown>
}

/** Throws what is no fault of a statement: then the database answers nobody. */
export async function askApart<Item, Answer>(
  items: readonly Item[],
  { atOnce, textOf, ask }: Question<Item, Answer>,
): Promise<Apart<Item, Answer>> {
  const answers: Answer[] = []
  const failed = new Map<Item, unknown>()
  const brokenTexts = new Map<string, unknown>()
  const portions = portionsOf(items, atOnce)
  for (let portion = portions.pop(); portion; portion = portions.pop()) {
    const asked = portion.filter((item) => !brokenTexts.has(textOf(item)))
    for (const item of portion) if (!asked.includes(item)) failed.set(item, brokenTexts.get(textOf(item)))
    if (asked.length === 0) continue
    try {
      answers.push(await ask(asked))
    } catch (error) {
      if (!isStatementFault(error)) throw error
      const [only] = asked
      if (asked.length > 1) portions.push(...portionsOf(asked, Math.ceil(asked.length / 2)))
      else if (only !== undefined) failed.set(only, error)
      // Class 42: PostgreSQL does not understand the text, whatever its values.
      if (asked.length === 1 && error.code.startsWith('42')) brokenTexts.set(textOf(only as Item), error)
    }
  }
  return { answers, failed }
}

function portionsOf<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const portions: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += size) portions.push(items.slice(start, start + size))
  return portions
}
