/** Fills the tables of the accounts example, once in the life of a database. */
import type { Connection, Database } from 'syncline/server'
import { insertRows } from '../../../server/insert-rows.ts'
import { isFirst } from '../../../server/is-first.ts'
import { type SeedAccount, seedAccounts as accounts, seedPeople } from './accounts-data.ts'

/** Adds the demo accounts, unless they were added before. */
export async function seedAccounts(database: Database): Promise<void> {
  await database.transaction(async (connection) => {
    if (!(await isFirst(connection, 'demo accounts'))) return
    await seedUsers(connection)
    for (const account of accounts) await seedAccount(connection, account)
  })
}

/** The crew of the stage example is there; it has no addresses yet. */
async function seedUsers(connection: Connection): Promise<void> {
  for (const [id, [name, address]] of Object.entries(seedPeople)) {
    await connection.query(
      `insert into users (id, name, email_address) values ($1, $2, $3)
       on conflict (id) do update set email_address = excluded.email_address`,
      [id, name, address],
    )
  }
  await connection.query(`update users set site_admin = true where id = 'ana'`)
}

async function seedAccount(
  connection: Connection,
  { name, type, createdAt, members }: SeedAccount,
): Promise<void> {
  const [account] = await connection.query<{ id: string }>(
    'insert into accounts (name, account_type, created_at) values ($1, $2, $3) returning id::text as id',
    [name, type, createdAt],
  )
  const rows = Object.entries(members).map(([user, role]) => ({
    account_id: account?.id as string,
    user_id: user,
    role,
  }))
  await insertRows(connection, 'account_users', rows)
}
