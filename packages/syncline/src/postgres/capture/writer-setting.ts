/**
 * Who writes: one transaction-local setting that the logging triggers read.
 *
 * It is JSON text, for example `{"device":"d1","op":7,"actor":"ana","source":"app","model":"camera","id":"42","base":3}`.
 * Empty or unset is a direct write, whose source is the database role. `device`, `actor` and `source` are logged with
 * every change of the transaction until the setting changes; `op` only with changes of the record that `model` and
 * `id` name. `base` is for whoever applies the op; the triggers do not read it.
 */

/** Name of the setting. An unset custom setting reads as `''` on a connection that has had it before. */
export const WRITER_SETTING = 'syncline.op'

/** What the setting says. */
export interface WriterSetting {
  readonly actor?: string
  readonly device?: string
  readonly op?: number
  readonly base?: number
  /** Model and id of the record that `op` and `base` are about. */
  readonly model?: string
  readonly id?: string
  /** @default 'app' */
  readonly source?: string
}

/** The setting's text, for `set_config('syncline.op', $1, true)`. */
export function writerSetting(setting: WriterSetting): string {
  return JSON.stringify({ source: 'app', ...setting })
}
