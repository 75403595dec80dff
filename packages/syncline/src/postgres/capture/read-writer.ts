/** Reads who writes from the transaction's setting; a direct write has none, and its source is the database role. */
import { lines, literal, when } from './sql-text.ts'
import { WRITER_SETTING } from './writer-setting.ts'

/** Fills `WRITER_VARIABLES`. The op's number is logged with the record that it is about, and with no other. */
export function readWriter(model?: string): string {
  return lines(
    `setting := pg_catalog.current_setting('${WRITER_SETTING}', true);`,
    when(
      "setting operator(pg_catalog.<>) ''",
      'writer := setting::pg_catalog.jsonb;',
      "log_device := writer operator(pg_catalog.->>) 'device';",
      "log_actor := writer operator(pg_catalog.->>) 'actor';",
      "log_source := coalesce(writer operator(pg_catalog.->>) 'source', log_source);",
      model !== undefined &&
        when(
          `(writer operator(pg_catalog.->>) 'model') operator(pg_catalog.=) ${literal(model)}
  and (writer operator(pg_catalog.->>) 'id') operator(pg_catalog.=) record_id`,
          "log_op := (writer operator(pg_catalog.->>) 'op')::bigint;",
        ),
    ),
  )
}
