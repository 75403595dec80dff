/** Answers to writes that carried an idempotency key, or an id of their own: the first one is given again to every repeat by the same user (W2). */
import type { Connection, Database, Statement } from '../database.ts'
import type { Progress } from './careful.ts'
import type { Refusal } from './refusal.ts'

/** What the first write with a key was answered. */
export interface KeptAnswer {
  readonly written?: { readonly version: number; readonly id: string }
  readonly refusal?: Refusal
}

const FIND = 'select outcome, request from syncline.idempotency where user_id = $1 and key = $2'

/** Looks the answer to a key up; undefined when no write with it has been committed. Another request has another one. */
export async function keptAnswer(
  connection: Pick<Connection | Database, 'query'>,
  userId: string,
  key: string,
  request: string | undefined,
): Promise<KeptAnswer | undefined> {
  const [row] = await connection.query<{ outcome: string; request: string | null }>(FIND, [userId, key])
  if (!row) return undefined
  if (request !== undefined && row.request !== null && row.request !== request) return { refusal: USED }
  const outcome = JSON.parse(row.outcome) as Refusal | { version: number; id: string }
  return 'code' in outcome ? { refusal: outcome } : { written: outcome }
}

const USED: Refusal = {
  code: 'invalid_value',
  message:
    'This `Idempotency-Key`, or id of an operation, was sent before with another body, and nothing of this one was written. Send another write with a fresh one, and a repeat with the same body.',
}

/** Keeps the refusal of a write with a key; what was written keeps itself (`syncline.claim`). */
export function keepRefusalStatement({ part, refused, kept }: Progress): Statement[] {
  const refusal = refused[0]?.cause.refusal
  if (part.idempotencyKey === undefined || !refusal || kept) return []
  return [
    {
      text: 'insert into syncline.idempotency (user_id, key, outcome, request) values ($1, $2, $3, $4) on conflict do nothing',
      values: [part.author.userId, part.idempotencyKey, JSON.stringify(refusal), part.request ?? null],
    },
  ]
}

/** Forgets answers older than this, however many they are. */
export async function forgetAnswers(database: Database, retentionMs: number): Promise<void> {
  const statement = {
    text: "delete from syncline.idempotency where at < clock_timestamp() - $1::double precision * interval '1 millisecond'",
    values: [retentionMs],
  }
  await database.transaction((connection) => connection.query(statement))
}
