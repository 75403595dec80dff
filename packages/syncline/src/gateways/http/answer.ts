/** Answers of the HTTP gateway: JSON bodies, and errors from the table with their status. */
import { SynclineError, errorEntry } from '../../protocol/errors.ts'

/** What can be said about a request that was turned away; every refusal of the core and of the writer has this shape. */
export interface Refused {
  readonly code: string
  readonly message: string
  readonly field?: string
  readonly retryAfterMs?: number
  /** The record's version now, when an overwrite was refused. */
  readonly version?: number
}

/** A JSON answer; everything here is about one user, so no cache may keep it. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return jsonText(status, JSON.stringify(body), headers)
}

/** The same for a body that is JSON text already. */
export function jsonText(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

/** `{error: {code, message, …}}` with the status of the code. */
export function refusal({ code, message, field, retryAfterMs, version }: Refused): Response {
  const headers: Record<string, string> = {}
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  if (code === 'unauthenticated') headers['www-authenticate'] = 'Bearer'
  return json(
    errorEntry(code)?.status ?? 500,
    { error: { code, message, field, retryAfterMs, version } },
    headers,
  )
}

/** One text for everybody who may not know: missing, forbidden and unparsable are the same bytes (A3). */
export const NOT_FOUND: Refused = {
  code: 'not_found',
  message: 'There is no such channel or record, or it is not yours. Check its name and id.',
}

export const UNAUTHENTICATED: Refused = {
  code: 'unauthenticated',
  message:
    "Nobody is signed in: there was no proof, or it was refused, and the server's log says why. Send `Authorization: Bearer …`, or the session cookie from a page of an allowed origin.",
}

/** Whether the error was meant for whoever asks. */
export function isRefused(error: unknown): error is SynclineError {
  return error instanceof SynclineError
}
