/** The statement that keeps rejections until their device has read them (W3). */
import type { Statement } from '../database.ts'
import type { Part } from './part.ts'
import type { Rejection } from './writer.ts'

/** Inserts the rejections of parts with a device; a write without one is answered only. */
export function rejectionsStatement(
  rejections: readonly { readonly part: Part; readonly rejection: Rejection }[],
): Required<Omit<Statement, 'name'>> {
  const rows = rejections.flatMap(({ part, rejection }) =>
    part.author.device === undefined ? [] : [{ device: part.author.device, ...rejection }],
  )
  return {
    text: `insert into syncline.rejections (device, n, code, message, model, id, field, tx)
      select device, n, code, message, model, id, field, tx
        from jsonb_to_recordset($1::jsonb) as x (device text, n bigint, code text, message text, model text, id text, field text, tx bigint)
      on conflict (device, n) do nothing`,
    values: [JSON.stringify(rows)],
  }
}
