/**
 * The routes of the accounts example: Inertia pages, and the forms on them.
 *
 * A page says how its props are read and nothing about staying up to date: that is declared with the models, and asked
 * for by the component. What a user may not see is answered as if it were not there (A3).
 */
import { serveStatic } from '@hono/node-server/serve-static'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import type { Authenticate, Connection, Database, Sync } from 'syncline/server'
import { createInertia, type Visit } from 'syncline/inertia'
import { type InertiaEnv, inertiaHono } from 'syncline/inertia/hono'
import { schema } from '../../server/schema.ts'
import { keyFor } from '../../server/secret.ts'
import type { ExampleUser, Sessions } from '../../server/sessions.ts'
import { Accounts } from './accounts.ts'
import { documentOf, PUBLIC, readBuilt } from './document.ts'
import { addMember, changeRole, type Refusals, removeMember, rename } from './memberships.ts'

const HOME = '/accounts'
const ADMIN = '/admin/accounts'
const SIGN_IN = '/accounts/sign-in'
/** Longest form that is read, in bytes. */
const LONGEST_FORM = 16_384

type Env = { Variables: InertiaEnv['Variables'] & { user: ExampleUser } }
type Write = (
  connection: Connection,
  accountId: string,
  form: Form,
  context: Context<Env>,
) => Promise<Refusals>
type Form = Readonly<Record<string, unknown>>

export interface AccountsParts {
  readonly database: Database
  readonly sync: Sync
  readonly sessions: Sessions
  readonly authenticate: readonly Authenticate[]
  readonly secret: string
  readonly log: Logger
}

/** Makes the routes. */
export function accountsPages(parts: AccountsParts): Hono<Env> {
  const { sessions, sync } = parts
  const accounts = new Accounts(parts.database, parts.sync)
  const inertia = inertiaHono(createPages(parts))
  const signedIn = requireUser(parts.authenticate)
  const pages = new Hono<Env>()
  pages.use(`${HOME}/*`, bodyLimit({ maxSize: LONGEST_FORM }))
  pages.use('/assets/accounts/*', serveStatic({ root: PUBLIC }))
  for (const path of [HOME, ADMIN]) {
    pages.get(`${path}/`, (c) => c.redirect(path + new URL(c.req.url).search, 301))
  }
  for (const path of [HOME, `${HOME}/*`, ADMIN]) pages.use(path, inertia)

  pages.get(SIGN_IN, async (c) =>
    c.var.inertia.render('sign-in', {
      people: await sessions.users(),
      next: ownPath(c.req.query('next')) ?? HOME,
    }),
  )
  for (const path of [HOME, `${HOME}/*`, ADMIN]) pages.use(path, signedIn)

  pages.get(HOME, (c) => c.var.inertia.render('accounts', { accounts: () => accounts.of(c.var.user) }))

  pages.get(ADMIN, (c) => {
    const { inertia: visit, user } = c.var
    if (!user.siteAdmin) return visit.flash({ notice: ONLY_ADMINS }).redirect(HOME)
    const selected = c.req.query('account_id') ?? c.req.query('selected')
    return visit.render('admin/accounts', {
      accounts: () => accounts.all(),
      selected_account: () => (selected === undefined ? null : accounts.find(user, selected)),
      is_selected: selected !== undefined,
    })
  })

  pages.get(`${HOME}/:id`, async (c) => {
    const account = await accounts.find(c.var.user, c.req.param('id'))
    if (!account) return missing(c.var.inertia)
    return c.var.inertia.render('account', { account })
  })

  const write = writer(parts, accounts)
  const member = (c: Context<Env>) => sync.ids('accountUser').decode(c.req.param('member') ?? '') ?? '0'
  pages.patch(
    `${HOME}/:id`,
    write((connection, id, { name }) => rename(connection, id, name)),
  )
  pages.post(
    `${HOME}/:id/account_users`,
    write((connection, id, form) => addMember(connection, id, form['email_address'], form['role'])),
  )
  pages.patch(
    `${HOME}/:id/account_users/:member`,
    write((connection, id, { role }, c) => changeRole(connection, id, member(c), role)),
  )
  pages.delete(
    `${HOME}/:id/account_users/:member`,
    write((connection, id, _form, c) => removeMember(connection, id, member(c))),
  )
  return pages
}

const ONLY_ADMINS = 'Only site administrators see the accounts of everybody.'
const MAY_NOT = 'Only owners and administrators of an account change it. Ask one of them.'

function createPages({ sync, secret, log }: AccountsParts) {
  const built = readBuilt()
  return createInertia({
    document: documentOf(built),
    secret: keyFor('flash', secret),
    // Markers continue from here, so that no change falls between a page and its subscriptions (R1).
    position: () => sync.position(),
    // Who tells no version is no page of ours that could be outdated.
    version: ({ headers }) =>
      headers.has('x-inertia') && !headers.has('x-inertia-version') ? null : built.script,
    logger: log,
    metrics: sync.metrics,
    schema,
  })
}

/** Lets nobody through who is not signed in; says who it is to those behind it. */
function requireUser(authenticate: readonly Authenticate[]): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (c.req.path === SIGN_IN) return next()
    for (const prove of authenticate) {
      const identity = await prove(c.req.raw)
      if (!identity) continue
      const user = identity.user as ExampleUser
      c.set('user', user)
      const { id, name, siteAdmin } = user
      c.var.inertia.share({ user: { id, name, site_admin: siteAdmin } })
      return next()
    }
    return c.var.inertia.redirect(`${SIGN_IN}?next=${encodeURIComponent(nextOf(c))}`)
  }
}

/** Where to go after signing in: the page, or the page that a form was on. */
function nextOf({ req }: Context<Env>): string {
  const address = req.method === 'GET' ? req.url : (req.header('Referer') ?? '')
  if (!URL.canParse(address)) return HOME
  const { pathname, search } = new URL(address)
  return pathname + search
}

/** A path of these pages; undefined for everything else that somebody may have put into a link. */
function ownPath(path: string | undefined): string | undefined {
  return path !== undefined && /^\/(accounts|admin\/accounts)(\/\w*)?(\?[\w=&%.+~-]*)?$/.test(path)
    ? path
    : undefined
}

/** A page that is reloaded takes the answer only when it is one; a first load and other programs get the status. */
function missing(visit: Visit): Promise<Response> {
  return visit.render('missing', {}, { status: visit.isInertia ? 200 : 404 })
}

/** A form's handler: who may change the account does so in one transaction, and goes back to where the form was. */
function writer({ sync }: AccountsParts, accounts: Accounts) {
  return (change: Write) => async (c: Context<Env>) => {
    const { inertia: visit, user } = c.var
    const id = c.req.param('id') ?? ''
    const account = await accounts.find(user, id)
    if (!account) return missing(visit)
    if (!account.may_manage) return visit.flash({ notice: MAY_NOT }).back(`${HOME}/${id}`)
    const form = await readForm(c)
    const accountId = sync.ids('account').decode(id) as string
    const refusals = await sync.as({ user }, (connection) => change(connection, accountId, form, c))
    if (Object.keys(refusals).length > 0) visit.errors(refusals)
    return visit.back(`${HOME}/${id}`)
  }
}

async function readForm({ req }: Context<Env>): Promise<Form> {
  // A page of another site can send a form but not JSON.
  if (!req.header('Content-Type')?.startsWith('application/json')) return {}
  const body: unknown = await req.json().catch(() => ({}))
  return typeof body === 'object' && body !== null ? (body as Form) : {}
}
