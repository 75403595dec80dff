/** The HTTP calls as the documentation lists them; tests hold them against the routes and what they answer. */

export interface HttpCall {
  /** Method and path, as a reader would write them. */
  readonly call: string
  readonly who: 'everybody' | 'users' | 'operator'
  readonly does: string
}

export const WHO: Readonly<Record<HttpCall['who'], string>> = {
  everybody: 'everybody',
  users: 'users',
  operator: 'operators',
}

export const HTTP_CALLS: readonly HttpCall[] = [
  { call: 'POST /sync/push', who: 'users', does: 'commits ops, and answers `ack` or `gap`; body below' },
  {
    call: 'POST /sync/pull',
    who: 'users',
    does: 'everything a socket would get for these channels, `{ messages }`, from one database snapshot; body below',
  },
  {
    call: 'GET /sync/pull?channel=…&cursor=…',
    who: 'users',
    does: 'the same for one channel, without a device: nothing is acknowledged. With `?since=…&deviceId=…` instead, all that the user may read and the device has not seen, `{ ops, serverSeq, more }`: `since` is `serverSeq` of the last answer, at first 0; with `more: true` ask again at once, also when `ops` is short or empty; an answer ends so once it has read 10,000 ops. What went from what the device was given is a DELETE each, also when its place in the log was lost or a right to a room; `reset: true` says that the number stands for nothing (0, or unused for three months), so that a device which holds records all the same drops them',
  },
  {
    call: 'GET /sync/activity?channel=…&record=…&before=…&limit=…',
    who: 'users',
    does: 'who changed what and when, field by field, the newest first, `{ data, next }`: at most `limit` entries (50; up to 200), those before a time or before what `next` said of the page before. Of a room and of a shared model; of a collection, what became of the records that are in it or were deleted in it, since they came into it; of `:mine`, of the root records that the user may read; of `User:{id}`, of the record of the user, for that user',
  },
  {
    call: 'GET /sync/health',
    who: 'everybody',
    does: '`{ status, database }`: 200 when healthy, else 503; with the token also lag, connections, rooms and uptime',
  },
  { call: 'GET /health', who: 'everybody', does: 'the same' },
  { call: 'GET /sync/metrics', who: 'operator', does: 'metrics as text for Prometheus' },
  {
    call: 'GET /sync/connections',
    who: 'operator',
    does: 'who is connected and subscribed to what, `{ connections }`',
  },
  {
    call: 'GET /sync/position',
    who: 'operator',
    does: 'where the log stands, for the server of a page, asked before its queries; null while sync is turned off',
  },
  {
    call: 'GET /api/{table}',
    who: 'users',
    does: 'the records the user may read, `{ data, next }`; with `?limit=`, `?after=` what `next` said, and `?name=` to choose by a field',
  },
  {
    call: 'POST /api/{table}',
    who: 'users',
    does: 'creates one: 201; without an `id` it is given one, and an empty `id` is refused',
  },
  {
    call: 'GET /api/{table}/{id}',
    who: 'users',
    does: 'one record, `{ data }`, with its version as `ETag`',
  },
  {
    call: 'PUT /api/{table}/{id}',
    who: 'users',
    does: 'writes the fields that are named; `If-Match` makes an overwrite a 412, `If-None-Match` a write over a version that it names, `*` any write, both judged while the record is held; `Idempotency-Key` makes a repetition safe. A record may be saved whole as it was read: its `version` is the one that its author saw, and what may not be written is left out where it is as it was; where it has changed since that version the answer is 412, where it is another value `protected_field`',
  },
  { call: 'DELETE /api/{table}/{id}', who: 'users', does: 'deletes it: 204' },
  {
    call: 'GET /api/{table}/{id}/{table}',
    who: 'users',
    does: 'the records that belong to one; also `POST`, and with an id behind it what one record answers',
  },
]
