/**
 * Many updates of one shape in one statement that stamps and logs by itself, as the triggers would (`bench`: G6).
 *
 * Where something about the triggers has changed since the statement was made, it finds its guard false and writes
 * nothing: its ops go step by step, through the triggers as they are now, and the session makes it anew. Asked in the
 * statement itself, which holds the table's lock: triggers do not change after that, and functions that stand aside for
 * it do not go before it ends (`capture/capture-step.ts`).
 *
 *   L1   `new` and `old` in a piece of the entry are the row after and before
 */
import { LOGGED_SETTING } from '../capture/statement-entry.ts'
import { WAKE } from '../capture/wake-text.ts'
import { BRIEF_LOCK_TIMEOUT } from './lock-statements.ts'
import type { LoggedTable } from './logged-table.ts'
import { loggedUpdate, silence } from './logged-update.ts'
import { columnRows, columnsAsPayloads } from './set-columns.ts'
import { RUN, settingIn, TELLS_WHICH } from './set-text.ts'
import { literal, SELF, type ShapeText } from './shape-strings.ts'
import { isAllowedAfter } from './shape-text.ts'

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
function statement(text: ShapeText, logged: LoggedTable): string {
  const steps = loggedUpdate(text, logged, {
    from: `syncline_guard cross join ${columnRows(text)}`,
    returning: `${SELF}.place, ${SELF}.id as op_id, ${SELF}.device, ${SELF}.number, ${SELF}.actor, ${SELF}.is_answered,
        ${text.areRulesUntouched ? 'true' : isAllowedAfter(text)} as is_allowed`,
    author: {
      device: 'w.device',
      number: 'case when w.device is not null then w.number end',
      actor: 'w.actor',
    },
  })
  return `    with syncline_guard as materialized (
      ${silence(logged, `${logged.isSameTable} and ${logged.areSameFunctions}`)}
    ), ${steps}
    select array_agg(w.place), array_agg(w.place) filter (where not w.is_allowed),
           coalesce(array_agg(jsonb_build_object('i', w.place, 'version', w.version, 'id', w.op_id::text)) filter (where w.is_answered), '{}'),
           not exists (select from syncline_guard)
      into done, forbidden, answers, is_changed from syncline_written as w;
    perform pg_catalog.set_config('${LOGGED_SETTING}', '', true);
${WAKE}`
}
