/** Whether a request may see how the server is doing: metrics, and the details of health. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { bearerToken } from '../../server/authenticate/jwt.ts'

/** True when the request carries the operator's token. Without a token nobody is an operator. */
export function isOperator(request: Request, operatorToken: string | undefined): boolean {
  const given = bearerToken(request.headers.get('authorization'))
  if (!operatorToken || given === null) return false
  return timingSafeEqual(digest(given), digest(operatorToken))
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
