/**
 * Writes the functions that apply the ops of one shape, in the session of the writer.
 *
 * Flow of one op: lock the record (and the records it points to); then, in a new statement, the rules on what is there;
 * the version it expects; conflicts; the write; the rules on what is there now. The first that fails ends it.
 *
 *   A3 silent     a missing and an unreadable record are refused alike
 *   A4 whole      only the columns of the named fields stand in the write
 *   W3 lost       what the op overwrites unseen is kept in `syncline.conflicts`
 *
 * The op comes as jsonb: `i` its place in the group, `id`, `f` fields, `r` the values of its rules, `s` the setting for
 * the capture trigger, `a` user, `d` device, `b` base, `u` unlessChanged, `v` expected version, `k` idempotency key,
 * `w` whether an answer is wanted when all is well.
 */
import { REFUSED_OP } from './apply-function.ts'
import { SELF, shapeText, stepsOf } from './shape-text.ts'
import type { Shape } from './shape.ts'

/** Types of the rules' values: of `read`, of `when`, and of each target's rule. */
export interface RuleTypes {
  readonly read: readonly string[]
  readonly when: readonly string[]
  readonly targets: readonly (readonly string[])[]
}

const ID_TYPES = { text: 'text', uuid: 'uuid', integer: 'integer', bigint: 'bigint' } as const

/** The statements that make the two functions: `name` for one op, `name_all` for a run of them. */
export function shapeFunctions(name: string, shape: Shape, types: RuleTypes): string {
  return `${makeFunction(name, opText(shape, types))};\n${makeFunction(`${name}_all`, runText(name))}`
}

function makeFunction(name: string, body: string): string {
  const quoted = body.replaceAll("'", "''")
  return `create or replace function pg_temp.${name}(jsonb) returns jsonb language plpgsql as '${quoted}'`
}

function opText(shape: Shape, types: RuleTypes): string {
  const idType = ID_TYPES[shape.model.idType]
  return `
#variable_conflict use_column
<<${SELF}>>
declare
  op constant jsonb := $1;
  fields constant jsonb := op -> 'f';
  rule_values constant jsonb := op -> 'r';
  id ${idType} := nullif(op ->> 'id', '')::${idType};
  version integer;
  field_versions jsonb;
  may_read boolean;
  may_write boolean;
  old_references text[];
  gone record;
  current jsonb;
  conflict jsonb;
  conflicts jsonb;
  skipped text[] := '{}';
begin
  if op ? 'k' then perform syncline.claim(op); end if;
${stepsOf(shapeText(shape, types))}
  if op ? 'k' then
    update syncline.idempotency as i set outcome = jsonb_build_object('version', ${SELF}.version, 'id', ${SELF}.id::text)
     where i.user_id = ${SELF}.op ->> 'a' and i.key = ${SELF}.op ->> 'k';
  end if;
  if conflicts is null and not op ? 'w' then return null; end if;
  return jsonb_build_object('i', op -> 'i', 'version', version, 'id', id::text, 'conflicts', conflicts);
end`
}

/** One sub-block for the whole run: it costs little, and tells whose fault it is when the run fails. */
function runText(name: string): string {
  return `
declare
  op jsonb;
  answer jsonb;
  answers jsonb[] := '{}';
begin
  for op in select value from jsonb_array_elements($1) loop
    answer := pg_temp.${name}(op);
    if answer is not null then answers := answers || answer; end if;
  end loop;
  return to_jsonb(answers);
exception
  when sqlstate '${REFUSED_OP}' then raise;
  when others then
    perform syncline.failed(op, sqlstate);
end`
}
