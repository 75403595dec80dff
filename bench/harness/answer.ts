/** The page's side of `chromium.ts`: its script fetches requests, and posts what they come to. */

/** Lets the harness ask this page. */
export function answerWith(handle: (request: never) => unknown): void {
  void answerAll(handle)
}

async function answerAll(handle: (request: never) => unknown): Promise<never> {
  for (;;) {
    const request = (await (await fetch(`/request${location.search}`)).json()) as never
    const body = JSON.stringify(await outcomeOf(handle, request))
    await fetch(`/answer${location.search}`, { method: 'POST', body })
  }
}

async function outcomeOf(handle: (request: never) => unknown, request: never): Promise<object> {
  try {
    return { value: await handle(request) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
