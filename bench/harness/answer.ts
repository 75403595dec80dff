/** The page's side of `chromium.ts`: its script answers requests. */

/** Lets the harness ask this page. */
export function answerWith(handle: (request: never) => unknown): void {
  Object.assign(globalThis, { answer: handle })
}
