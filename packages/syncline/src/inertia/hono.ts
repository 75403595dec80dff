/** `syncline/inertia/hono`: `app.use(inertiaHono(inertia))`, then `c.var.inertia.render('accounts', props)`. */
import type { MiddlewareHandler } from 'hono'
import type { Inertia } from './create-inertia.ts'
import type { Visit } from './visit.ts'

/** Variables that the middleware sets, for the types of an app: `new Hono<InertiaEnv>()`. */
export interface InertiaEnv {
  Variables: { inertia: Visit }
}

/** Gives the handlers behind it `c.var.inertia`. */
export function inertiaHono(inertia: Inertia): MiddlewareHandler<InertiaEnv> {
  return async (context, next) => {
    const response = await inertia.handle(context.req.raw, async (visit) => {
      context.set('inertia', visit)
      // What handlers set on the context, such as a session's cookie, reaches a Response only if Hono has one to merge.
      void context.res
      await next()
      return context.res
    })
    // Hono copies the headers of the answer that it has onto a new one; ours has them already, without `location`.
    context.res = undefined
    context.res = response
  }
}
