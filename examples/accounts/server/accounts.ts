/** Reads what the pages show, in the names that they have for it. Ids leave obfuscated; nothing else names a record. */
import { type Database, sql, type Sql, type Sync } from 'syncline/server'
import type { ExampleUser } from '../../server/sessions.ts'
import type { MemberRole } from './choices.ts'

export interface AccountProps {
  readonly id: string
  readonly name: string
  readonly account_type: string
  readonly created_at: string
  readonly members_count: number
  readonly owner: { readonly name: string; readonly email_address: string } | null
}

export interface AccountUserProps {
  readonly id: string
  readonly role: MemberRole
  readonly user: { readonly id: string; readonly name: string; readonly email_address: string }
}

export interface AccountDetails extends AccountProps {
  readonly account_users: readonly AccountUserProps[]
  /** Whether who asks may rename it and decide who belongs to it. */
  readonly may_manage: boolean
}

type AccountRow = {
  id: string
  name: string
  account_type: string
  created_at: string
  members_count: number
  owner_name: string | null
  owner_address: string | null
}

type MemberRow = { id: string; role: MemberRole; user_id: string; name: string; email_address: string }

export class Accounts {
  readonly #database: Database
  readonly #sync: Pick<Sync, 'accessible' | 'ids'>

  constructor(database: Database, sync: Pick<Sync, 'accessible' | 'ids'>) {
    this.#database = database
    this.#sync = sync
  }

  /** All that a site administrator looks after, the newest first. */
  all(): Promise<AccountProps[]> {
    return this.#list(sql`true`)
  }

  /** Those that a user belongs to. */
  of(user: ExampleUser): Promise<AccountProps[]> {
    return this.#list(sql`exists (
      select 1 from account_users m where m.account_id = a.id and m.user_id = ${user.id})`)
  }

  /** One account with its members; null when there is none, and when it is not this user's to see (A3). */
  async find(user: ExampleUser, id: string): Promise<AccountDetails | null> {
    const accountId = this.#sync.ids('account').decode(id)
    if (accountId === null) return null
    const mayRead = this.#sync.accessible(user, 'account', 'a')
    const [account] = await this.#list(sql`a.id = ${accountId}::bigint and (${mayRead})`)
    if (!account) return null
    const members = await this.#members(accountId)
    const role = members.find(({ user_id }) => user_id === user.id)?.role
    return {
      ...account,
      account_users: members.map((member) => this.#memberProps(member)),
      may_manage: user.siteAdmin || role === 'owner' || role === 'admin',
    }
  }

  async #list(condition: Sql): Promise<AccountProps[]> {
    const query = sql`
      select a.id::text as id, a.name, a.account_type, a.created_at,
        (select count(*)::int from account_users m where m.account_id = a.id) as members_count,
        owner.name as owner_name, owner.email_address as owner_address
      from accounts a
      left join lateral (
        select u.name, u.email_address
        from account_users m join users u on u.id = m.user_id
        where m.account_id = a.id and m.role = 'owner'
        order by m.id limit 1
      ) owner on true
      where ${condition}
      order by a.created_at desc, a.id desc`
    const rows = await this.#database.query<AccountRow>(query.text(), query.values)
    return rows.map((row) => this.#props(row))
  }

  #members(accountId: string): Promise<MemberRow[]> {
    return this.#database.query<MemberRow>(
      `select m.id::text as id, m.role, u.id as user_id, u.name, u.email_address
       from account_users m join users u on u.id = m.user_id
       where m.account_id = $1::bigint
       order by array_position(array['owner', 'admin', 'member'], m.role), u.name, m.id`,
      [accountId],
    )
  }

  #props({ id, owner_name, owner_address, created_at, ...account }: AccountRow): AccountProps {
    return {
      ...account,
      id: this.#sync.ids('account').encode(id),
      created_at: new Date(created_at).toISOString(),
      owner: owner_name === null ? null : { name: owner_name, email_address: owner_address ?? '' },
    }
  }

  #memberProps({ id, role, user_id, name, email_address }: MemberRow): AccountUserProps {
    return { id: this.#sync.ids('accountUser').encode(id), role, user: { id: user_id, name, email_address } }
  }
}
