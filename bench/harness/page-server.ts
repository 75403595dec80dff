/** Serves a script's pages, hands them requests, and takes their answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  // What one page fetched is not there for the next.
  'cache-control': 'no-store',
}
const HTML = '<!doctype html><title>Bench</title><script src="/script.js"></script>'

/** The longest request stores 100,000 rows. */
const ANSWER_WITHIN_MS = 60_000

/** A page that has run its script. */
export interface BenchPage {
  /** Sends a request and resolves with the answer; rejects with the page's error. */
  ask<T>(request: unknown): Promise<T>
  close(): Promise<void>
}

export interface PageServer {
  open(): Promise<BenchPage>
  end(): Promise<void>
}

/** `show` opens a page at an address, and resolves with what closes it. */
export async function servePages(
  code: string,
  show: (url: string) => Promise<() => Promise<void>>,
): Promise<PageServer> {
  const pages: ServedPage[] = []
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://bench')
    const page = pages[Number(search.slice(1))]
    if (pathname === '/request') page?.take(response)
    else if (pathname === '/answer') void page?.conclude(request, response)
    else if (pathname === '/script.js') send(response, 'text/javascript', code)
    else send(response, 'text/html', HTML)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async open() {
      const page = new ServedPage()
      const number = pages.push(page) - 1
      const close = await show(`http://127.0.0.1:${port}/?${number}`)
      await page.isReady()
      return { ask: (request) => page.ask(request), close }
    },
    async end() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Outcome {
  readonly value?: unknown
  readonly error?: string
}

/** One page, which has always fetched the next request before it is made. */
class ServedPage {
  #waiting: ServerResponse | undefined
  #onReady: () => void = () => {}
  #onOutcome: (outcome: Outcome) => void = () => {}

  /** The page waits for a request. */
  isReady(): Promise<void> {
    if (this.#waiting) return Promise.resolve()
    return within('is not ready', (resolve) => (this.#onReady = () => resolve()))
  }

  take(response: ServerResponse): void {
    this.#waiting = response
    this.#onReady()
  }

  async ask<T>(request: unknown): Promise<T> {
    await this.isReady()
    const outcome = within<Outcome>('does not answer', (resolve) => (this.#onOutcome = resolve))
    const waiting = this.#waiting as ServerResponse
    this.#waiting = undefined
    send(waiting, 'application/json', JSON.stringify(request))
    const { value, error } = await outcome
    if (error !== undefined) throw new Error(error)
    return value as T
  }

  async conclude(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const outcome = JSON.parse(await text(request)) as Outcome
    send(response, 'text/plain', '')
    this.#onOutcome(outcome)
  }
}

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { ...HEADERS, 'content-type': type })
  response.end(body)
}

function within<T>(fault: string, run: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`A page ${fault} within ${ANSWER_WITHIN_MS / 1000} s.`)),
      ANSWER_WITHIN_MS,
    )
    run((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}
