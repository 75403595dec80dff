/** Reads a request's body within its limit; what is larger is not read to the end. */
import { SynclineError } from '../../protocol/errors.ts'

/** The body as text. Throws `too_large` past `limitBytes`, `invalid_message` when it is not UTF-8. */
export async function readBody(request: Request, limitBytes: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (;;) {
    const next = await reader?.read()
    if (!next || next.done) break
    size += next.value.byteLength
    if (size > limitBytes) {
      // Not cancelled: that would cut the connection before the answer has left.
      reader?.releaseLock()
      throw tooLarge(limitBytes)
    }
    chunks.push(next.value)
  }
  return decoded(chunks)
}

function decoded(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new SynclineError('invalid_message', 'The body is not UTF-8. Send JSON in UTF-8.', { cause })
  }
}

function tooLarge(limitBytes: number): SynclineError {
  return new SynclineError('too_large', `The body is larger than ${limitBytes} bytes. Send it in parts.`)
}
