/**
 * What members and administrators may change, in plain SQL as any application writes it. Syncline is told nothing: it
 * reads what was committed.
 *
 * A refusal is a sentence for the form field that it is about.
 */
import type { Connection } from 'syncline/server'
import { countCharacters, LONGEST_NAME, tidied } from './account-name.ts'
import { type MemberRole, memberRoles } from './choices.ts'

/** Sentences by form field; empty when it is done. */
export type Refusals = Readonly<Record<string, string>>

const DONE: Refusals = {}

type Writer = Pick<Connection, 'query'>

/** Gives an account another name. */
export async function rename(writer: Writer, accountId: string, text: unknown): Promise<Refusals> {
  const name = typeof text === 'string' ? tidied(text) : ''
  if (name === '') return { name: 'An account needs a name.' }
  if (name.includes('\0')) return { name: 'This name holds a character that no name can have. Type it anew.' }
  const characters = countCharacters(name)
  if (characters > LONGEST_NAME) {
    return { name: `This name has ${characters} characters. At most ${LONGEST_NAME} fit.` }
  }
  await writer.query('update accounts set name = $2 where id = $1::bigint and name <> $2', [accountId, name])
  return DONE
}

/** Adds whoever has an address. */
export async function addMember(
  writer: Writer,
  accountId: string,
  text: unknown,
  role: unknown,
): Promise<Refusals> {
  const address = typeof text === 'string' ? text.trim() : ''
  if (address === '') return { email_address: 'Whose? Enter an email address.' }
  if (address.includes('\0')) return { email_address: 'No address has such characters. Type it anew.' }
  if (!isRole(role)) return { role: 'Choose what the new member may do.' }
  const [user] = await writer.query<{ id: string; name: string }>(
    'select id, name from users where lower(email_address) = lower($1)',
    [address],
  )
  if (!user) return { email_address: `Nobody has the address ${address}. Check its spelling.` }
  const added = await writer.query(
    `insert into account_users (account_id, user_id, role) values ($1::bigint, $2, $3)
     on conflict do nothing returning id`,
    [accountId, user.id, role],
  )
  return added.length === 1 ? DONE : { email_address: `${user.name} is a member already.` }
}

/** Changes what a member may do. */
export async function changeRole(
  writer: Writer,
  accountId: string,
  memberId: string,
  role: unknown,
): Promise<Refusals> {
  if (!isRole(role)) return { members: 'Choose what the member may do.' }
  if (role !== 'owner' && (await isLastOwner(writer, accountId, memberId))) return { members: LAST_OWNER }
  await writer.query(
    'update account_users set role = $3 where account_id = $1::bigint and id = $2::bigint and role <> $3',
    [accountId, memberId, role],
  )
  return DONE
}

/** Ends a membership. */
export async function removeMember(writer: Writer, accountId: string, memberId: string): Promise<Refusals> {
  if (await isLastOwner(writer, accountId, memberId)) return { members: LAST_OWNER }
  await writer.query('delete from account_users where account_id = $1::bigint and id = $2::bigint', [
    accountId,
    memberId,
  ])
  return DONE
}

const LAST_OWNER = 'An account needs an owner. Make somebody else an owner first.'

/** Locks the account, so that two owners who leave at the same time do not both find the other. */
async function isLastOwner(writer: Writer, accountId: string, memberId: string): Promise<boolean> {
  await writer.query('select from accounts where id = $1::bigint for update', [accountId])
  const owners = await writer.query<{ id: string }>(
    `select id::text as id from account_users where account_id = $1::bigint and role = 'owner'`,
    [accountId],
  )
  return owners.length === 1 && owners[0]?.id === memberId
}

function isRole(role: unknown): role is MemberRole {
  return (memberRoles as readonly unknown[]).includes(role)
}
