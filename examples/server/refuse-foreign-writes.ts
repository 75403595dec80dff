/** A cookie comes along with what other sites send: their pages write nothing here. Who is no browser names no origin. */
import type { MiddlewareHandler } from 'hono'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Answers 403 to a write whose page is of another origin. */
export const refuseForeignWrites: MiddlewareHandler = async (context, next) => {
  const origin = context.req.header('Origin')
  const isOwn = origin === undefined || hostOf(origin) === new URL(context.req.url).host
  if (isOwn || READING.has(context.req.method)) return next()
  const message = `Pages of \`${origin.slice(0, 100)}\` write nothing here. Send it from a page of this server.`
  return context.json({ error: { code: 'forbidden', message } }, 403)
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
