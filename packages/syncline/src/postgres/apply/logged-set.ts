/**
 * Many updates of one shape in one statement that stamps and logs by itself, as the triggers would (`bench`: G6).
 *
 * Where something about the triggers has changed since the statement was made, it finds its guard false and writes
 * nothing: its ops go step by step, through the triggers as they are now, and the session makes it anew. Asked in the
 * statement itself, which holds the table's lock, so that no change falls in between.
 *
 *   L1   `new` and `old` in a piece of the entry are the row after and before
 */
import { following } from '../capture/lives.ts'
import { LOGGED_SETTING } from '../capture/statement-entry.ts'
import { WAKE } from '../capture/wake-text.ts'
import { quoteIdentifier } from '../sql.ts'
import { BRIEF_LOCK_TIMEOUT } from './lock-statements.ts'
import type { LoggedTable } from './logged-table.ts'
import { RECORD } from './prepare-op.ts'
import { conditionsOf } from './quick-text.ts'
import { columnRows, columnsAsPayloads, fieldColumn, textValue } from './set-columns.ts'
import { RUN, settingIn, TELLS_WHICH } from './set-text.ts'
import { columnOf, literal, SELF, type ShapeText } from './shape-strings.ts'
import { accessOf, isAllowedAfter, newValue } from './shape-text.ts'

// Where nobody has locked the record before, another transaction may have changed it meanwhile: it goes step by step.
// Said `is true`, or PostgreSQL would find `old` by its place and ask the system for the table's size, for each row anew.
const IS_SAME = `(${columnOf('ctid')} = old.ctid) is true and ${columnOf('tableoid')} = old.tableoid`

/** Body of the function; its parameters are columns (`set-columns.ts`). */
export function loggedSetText(name: string, text: ShapeText, logged: LoggedTable): string {
  const withSetting = `op || ${settingIn(text)}`
  return `
#variable_conflict use_column
<<${RUN}>>
declare
  op jsonb;
  answer jsonb;
  answers jsonb[];
  forbidden integer[];
  done integer[];
  is_changed boolean := false;
begin
  begin
${statement(text, logged)}
  exception when others then
    -- One of them met a lock: which one is found without waiting for it again.
    if sqlstate = '55P03' then perform pg_catalog.set_config('lock_timeout', '${BRIEF_LOCK_TIMEOUT}', true); end if;
    answers := '{}';
    -- It may have stood behind no lock: each op takes its own.
    for op in ${columnsAsPayloads(text, 'true')} loop
      answer := pg_temp.${name}_one(${withSetting});
      if answer is not null then answers := answers || answer; end if;
    end loop;
    return to_jsonb(answers);
  end;
  if forbidden is not null then perform syncline.refuse(jsonb_build_object('i', forbidden[1]), 'forbidden'); end if;
  if cardinality(done) = cardinality($1) then return to_jsonb(answers); end if;
  for op in ${columnsAsPayloads(text, `o.place <> all (coalesce(${RUN}.done, '{}'))`)} loop
    answer := pg_temp.${name}(${withSetting});
    if answer is not null then answers := answers || answer; end if;
  end loop;
  if is_changed then answers := answers || jsonb_build_object('changed', ${literal(name)}); end if;
  return to_jsonb(answers);
${TELLS_WHICH}`
}

/** Fills `done`, `forbidden`, `answers` and `is_changed`. */
function statement(text: ShapeText, { entry, slug, guard }: LoggedTable): string {
  const { shape } = text
  const { model, fields } = shape
  const table = quoteIdentifier(model.table)
  const version = quoteIdentifier(model.columns.version)
  const fieldVersions = quoteIdentifier(model.columns.fieldVersions)
  const columns = fields.map(({ field }) => {
    const column = entry.columns[field.column] as (typeof entry.columns)[string]
    return { ...column, name: quoteIdentifier(field.column) }
  })
  const values = fields.map((each, index) => {
    const value = textValue(each, index) ?? newValue(each, model.table, 'old', fieldColumn(index))
    return `${value} as ${quoteIdentifier(each.field.column)}`
  })
  const isChanged = columns.map(({ changed }) => `(${changed})`).join(' or ')
  const next = following(`coalesce(old.${version}, 1)`)
  const versions = columns.map(({ field, changed }) =>
    pairWhen(columns.length === 1 ? undefined : changed, field, next),
  )
  const named = columns.map(({ name }) => name)
  const kept = [...new Set([...entry.reads.map(quoteIdentifier), ...named])]
  const pairs = (side: 'after' | 'before') =>
    columns.map((column) =>
      pairWhen(columns.length === 1 ? undefined : column.changed, column.field, column[side]),
    )
  return `    with syncline_guard as materialized (
      select pg_catalog.set_config('${LOGGED_SETTING}', ${literal(slug)}, true) where ${guard}
    ), syncline_written as (
      update ${text.table} set
        ${[
          ...named.map((name) => `${name} = new.${name}`),
          `${version} = case when ${isChanged} then ${next} else coalesce(old.${version}, 1) end`,
          `${fieldVersions} = case when ${isChanged} then coalesce(old.${fieldVersions}, '{}') || ${versions.join(' || ')} else coalesce(old.${fieldVersions}, '{}') end`,
        ].join(',\n        ')}
        from syncline_guard cross join ${columnRows(text)}
        join ${table} as old on ${columnOf(model.idColumn, 'old')} = ${SELF}.id
        cross join lateral (select ${values.join(', ')}) as new
       where ${[text.isRecord, IS_SAME, ...accessOf(text), ...conditionsOf(text)].join(' and ')}
      returning ${SELF}.place, ${SELF}.id as op_id, ${SELF}.device, ${SELF}.number, ${SELF}.actor, ${SELF}.is_answered,
        ${columnOf(model.columns.version)} as version, ${isAllowedAfter(text)} as is_allowed,
        ${columnOf(model.columns.version)} <> coalesce(old.${version}, 1) as is_changed,
        ${[
          ...kept.map((name, index) => `${quoteIdentifier(RECORD)}.${name} as after_${index}`),
          ...named.map((name, index) => `old.${name} as before_${index}`),
        ].join(', ')}
    ), syncline_logged as (
      insert into syncline.log (room, model, id, action, fields, before, version, marks, device, op, actor, source)
      select ${entry.room}, ${literal(entry.model)}, ${entry.id}, 'update', ${pairs('after').join(' || ')},
        ${pairs('before').join(' || ')}, w.version, ${entry.marks}, w.device,
        case when w.device is not null then w.number end, w.actor, 'app'
        from syncline_written as w
        cross join lateral (select ${kept.map((name, index) => `w.after_${index} as ${name}`).join(', ')}) as new
        cross join lateral (select ${named.map((name, index) => `w.before_${index} as ${name}`).join(', ')}) as old
       where w.is_changed
    )
    select array_agg(w.place), array_agg(w.place) filter (where not w.is_allowed),
           coalesce(array_agg(jsonb_build_object('i', w.place, 'version', w.version, 'id', w.op_id::text)) filter (where w.is_answered), '{}'),
           not exists (select from syncline_guard)
      into done, forbidden, answers, is_changed from syncline_written as w;
    perform pg_catalog.set_config('${LOGGED_SETTING}', '', true);
${WAKE}`
}

/** A JSON object with one member, or an empty one where it is said when it has it. */
function pairWhen(condition: string | undefined, name: string, value: string): string {
  const pair = `pg_catalog.jsonb_build_object(${literal(name)}, ${value})`
  return condition === undefined ? pair : `case when ${condition} then ${pair} else '{}' end`
}
