/**
 * Who writes: one transaction-local setting that the logging triggers read.
 *
 * It is JSON text, for example `{"device":"d1","op":7,"actor":"ana","source":"app","model":"camera","id":"42","base":3}`.
 * Empty or unset is a direct write, whose source is the database role. `device`, `actor` and `source` are logged with
 * every change of the transaction until the setting changes; `op` only with changes of the record that `model` and
 * `id` name. `base` is for whoever applies the op; the triggers do not read it.
 *
 * A statement that applies many ops at once says them all, in a list that is searched as text, because a trigger reads it
 * for every row: each entry begins with \x01, its parts end with \x02. The first entry is for rows that no op names.
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

/** Begin of an entry, and end of its parts, in a list. */
const LIST_ENTRY = '\x01'
const LIST_PART = '\x02'

/** The setting's text for a statement that applies several ops; undefined when one of the names cannot stand in a list. */
export function writerList(settings: readonly WriterSetting[]): string | undefined {
  const first = settings[0]
  const isShared = (name: 'actor' | 'device') => settings.every((setting) => setting[name] === first?.[name])
  const rest: WriterSetting = {
    ...(isShared('actor') ? { actor: first?.actor } : {}),
    ...(isShared('device') ? { device: first?.device } : {}),
  }
  const named = settings.map((setting) => `${setting.model}:${setting.id}${LIST_PART}${entryText(setting)}`)
  const all = [entryText(rest), ...named]
  const marks = all.reduce((count, entry) => count + markCount(entry), 0)
  // Four parts an entry, and the name of the record: any more marks stand in a name.
  if (marks !== 4 + 5 * settings.length) return undefined
  return all.map((entry) => `${LIST_ENTRY}${entry}`).join('')
}

function entryText({ device = '', actor = '', source = 'app', op }: WriterSetting): string {
  return [device, actor, source, op ?? '', ''].join(LIST_PART)
}

function markCount(entry: string): number {
  let count = 0
  for (let index = 0; index < entry.length; index++) if (entry.charCodeAt(index) <= 2) count++
  return count
}
