/**
 * The step that finds what an update would overwrite unseen, field by field and only when the record has changed since
 * the op's base (W3).
 *
 *   overwrite   the op wins, the conflict is kept
 *   keep        the op does not win: its field is skipped
 *   ask         nobody wins yet: the field is skipped and the conflict stays open
 *   counter, set   operators commute, so they never conflict; plain values are as `overwrite`
 *   unlessChanged  skips whatever was changed, whatever the policy
 */
import { wireFromColumn } from '../capture/wire-sql.ts'
import type { ShapeField } from './shape.ts'
import { columnOf, literal, SELF, type ShapeText, wireOf } from './shape-strings.ts'

export function conflictText(text: ShapeText): string {
  const fields = text.shape.fields.filter(({ form }) => form === 'plain')
  if (fields.length === 0) return ''
  return `  if version > (op ->> 'b')::integer then
${fields.map((entry) => fieldText(text, entry)).join('\n')}
  end if;`
}

function fieldText({ shape, table, isRecord }: ShapeText, { field }: ShapeField): string {
  const name = literal(field.name)
  const written = `coalesce((field_versions ->> ${name})::integer, 1)`
  const { outcome, skips } = OUTCOMES[field.onConflict]
  return `    if ${written} > (op ->> 'b')::integer then
      select ${wireFromColumn(field, columnOf(field.column))} into ${SELF}.current from ${table} where ${isRecord};
      conflict := syncline.keep_conflict(op, ${literal(shape.model.name)}, ${SELF}.id::text, ${name}, ${written}, ${wireOf(field)}, ${SELF}.current,
        case when (op ->> 'u')::boolean then 'lost' else '${outcome}' end);
      if conflict is not null then
        conflicts := coalesce(conflicts, '[]') || conflict;
        if ${skips} or (op ->> 'u')::boolean then skipped := array_append(skipped, ${name}); end if;
      end if;
    end if;`
}

const OUTCOMES = {
  overwrite: { outcome: 'won', skips: false },
  counter: { outcome: 'won', skips: false },
  set: { outcome: 'won', skips: false },
  keep: { outcome: 'lost', skips: true },
  ask: { outcome: 'open', skips: true },
} as const
