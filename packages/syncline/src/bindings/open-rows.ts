/** What is read from the store, with what the rooms say where nothing is found. */
import type { Observable } from '../client/observable.ts'
import type { Page } from './page.ts'
import { type Outcome, outcomeOf } from './results.ts'
import { FOUND, outcomeOfNothing } from './room-knowledge.ts'
import { type Origin, sameOr } from './shared.ts'

/** Follows rows or a record of a model; `where` says which rooms may hold what is not there. */
export function openRows<Data>(
  page: Page,
  source: Observable<Data>,
  model: string,
  where: Readonly<Record<string, unknown>> | undefined,
  onChange: () => void,
): Origin<Outcome & { readonly data: Data }> {
  const stop = source.subscribe(onChange)
  page.watchers.add(onChange)
  let latest: (Outcome & { readonly data: Data }) | undefined
  return {
    read() {
      const data = source.current
      const isThere = Array.isArray(data) ? data.length > 0 : data
      const { status, error } = isThere ? FOUND : outcomeOfNothing(page, model, where)
      latest = sameOr(latest, { data, ...outcomeOf(status, error) })
      return latest
    },
    close() {
      stop()
      page.watchers.delete(onChange)
    },
  }
}
