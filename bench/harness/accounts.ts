/** Accounts with notes: a note marks its account, which is what `/cable` tells about. */
import { defineSchema, model, reference, text } from 'syncline'
import { type Access, sql } from 'syncline/server'

export const schema = defineSchema({
  models: {
    account: model('accounts', { name: text() }, { id: 'bigint' }),
    note: model(
      'notes',
      { accountId: reference('account'), body: text() },
      { id: 'bigint', broadcastsTo: ['account'] },
    ),
  },
})

/** As most rules are: a membership that the user has. */
export const access: Access<typeof schema> = {
  account: {
    accessibleBy: (user, account) =>
      sql`exists (select 1 from members m where m.account_id = ${account.id} and m.user_id = ${user.id})`,
  },
}

/** The tables with so many accounts, a note each, all of them the user `bench`'s. */
export function tablesOf(accounts: number): string {
  return `
create table accounts (id bigint primary key, name text not null);
create table notes (id bigint primary key, account_id bigint not null references accounts, body text not null);
create table members (account_id bigint not null, user_id text not null, primary key (account_id, user_id));
insert into accounts select n, 'Account ' || n from generate_series(1, ${accounts}) n;
insert into notes select n, n, 'Note' from generate_series(1, ${accounts}) n;
insert into members select n, 'bench' from generate_series(1, ${accounts}) n;
analyze;`
}
