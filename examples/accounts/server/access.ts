/**
 * Who may hear that an account changed: its members, and site administrators of all.
 *
 * The pages' own queries ask the same conditions (`accounts.ts`). A membership that is taken away ends what its user
 * hears at once, because the rule names the table (A2).
 */
import { type Sql, sql, through } from 'syncline/server'
import type { ExampleUser } from '../../server/sessions.ts'

/** Asked of the table, so that a flag which is taken away counts at once. */
const isSiteAdmin = (user: ExampleUser) =>
  sql`exists (select 1 from users u where u.id = ${user.id} and u.site_admin)`

const isMember = (user: ExampleUser, accountId: Sql) => sql`exists (
  select 1 from account_users m where m.account_id = ${accountId} and m.user_id = ${user.id})`

const all = (user: ExampleUser) => user.siteAdmin

export const accountsAccess = {
  account: {
    accessibleBy: (user: ExampleUser, account: { readonly id: Sql }) =>
      sql`${isSiteAdmin(user)} or ${isMember(user, account.id)}`,
    all,
  },
  accountUser: through<ExampleUser, never>('account', { all }),
}
