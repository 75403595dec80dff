/** How long a page keeps its main thread busy at most, by the time that the processor gave to each of its tasks. */
import type { Browser, Page } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/** The processor's time for the longest task of the page while this went on, in ms. */
export async function longestTask(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
  await work()
  // A task that answers and has not ended is missing from a trace that stops at its answer: one after it shows its end.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
  const trace = await browser.stopTracing()
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  )
  const isOfPage = ({ pid, tid }: TraceEvent) => threads.some((each) => each.pid === pid && each.tid === tid)
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && isOfPage(event))
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000
}

/** The same for work that took 100 ms where the figures of the decisions were measured: what a task is compared with. */
export function referenceTask(browser: Browser, page: Page): Promise<number> {
  return longestTask(browser, page, () =>
    page.evaluate(
      () =>
        new Promise<void>((resolve) =>
          setTimeout(() => {
            let sum = 0
            for (let at = 0; at < 94_000_000; at++) sum += at % 7
            if (sum === 0) throw new Error('The loop was left out.')
            resolve()
          }),
        ),
    ),
  )
}
