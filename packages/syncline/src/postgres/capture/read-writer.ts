/** Reads who writes from the transaction's setting; a direct write has none, and its source is the database role. */
import { choose, lines, literal, when } from './sql-text.ts'
import { WRITER_SETTING } from './writer-setting.ts'

/** Fills `WRITER_VARIABLES`. The op's number is logged with the record that it is about, and with no other. */
export function readWriter(model?: string): string {
  return when(
    isWriterKnown,
    lines(
      `setting := ${SETTING};`,
      choose(
        [["pg_catalog.left(setting, 1) operator(pg_catalog.=) E'\\x01'", readList(model)]],
        readObject(model),
      ),
    ),
  )
}

const SETTING = `pg_catalog.current_setting('${WRITER_SETTING}', true)`

/** Whether anybody has said who writes. */
export const isWriterKnown = `${SETTING} operator(pg_catalog.<>) ''`

function readObject(model?: string): string {
  return lines(
    'writer := setting::pg_catalog.jsonb;',
    "log_device := writer operator(pg_catalog.->>) 'device';",
    "log_actor := writer operator(pg_catalog.->>) 'actor';",
    "log_source := writer operator(pg_catalog.->>) 'source';",
    model !== undefined &&
      when(
        `(writer operator(pg_catalog.->>) 'model') operator(pg_catalog.=) ${literal(model)}
  and (writer operator(pg_catalog.->>) 'id') operator(pg_catalog.=) record_id`,
        "log_op := (writer operator(pg_catalog.->>) 'op')::bigint;",
      ),
  )
}

/** Many ops in one statement: the entry of this record, or the one for rows that no op names. */
function readList(model?: string): string {
  const common = "setting := pg_catalog.split_part(setting, E'\\x01', 2);"
  return lines(
    model === undefined
      ? common
      : lines(
          `writer_entry := pg_catalog.split_part(pg_catalog.split_part(setting, E'\\x01${model}:' operator(pg_catalog.||) record_id operator(pg_catalog.||) E'\\x02', 2), E'\\x01', 1);`,
          choose(
            [
              [
                "writer_entry operator(pg_catalog.<>) ''",
                lines(
                  'setting := writer_entry;',
                  "log_op := nullif(pg_catalog.split_part(setting, E'\\x02', 4), '')::bigint;",
                ),
              ],
            ],
            common,
          ),
        ),
    "log_device := nullif(pg_catalog.split_part(setting, E'\\x02', 1), '');",
    "log_actor := nullif(pg_catalog.split_part(setting, E'\\x02', 2), '');",
    "log_source := pg_catalog.split_part(setting, E'\\x02', 3);",
  )
}
