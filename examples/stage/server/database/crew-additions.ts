/** What the first tables lacked: settings of a production, an order of cameras that people choose, who wrote last. */
import { LAST, signalTableNames } from './signal-tables.ts'

const settings = `alter table productions
  add column client text not null default '',
  add column format text not null default '1080p50',
  add column sync text not null default '',
  add column timecode text not null default '',
  add column audio text not null default '',
  add column intercom text not null default ''`

/** Records that are there were last changed nobody knows when; the default is for those that come. */
const stamps = (table: string) => [
  `alter table ${table} add column last_modified_by text, add column updated_at timestamptz`,
  `alter table ${table} alter column updated_at set default now()`,
]

const order = [
  'alter table cameras add column sort_order double precision',
  'update cameras set sort_order = extract(epoch from created_at)',
  `alter table cameras alter column sort_order set default ${LAST}, alter column sort_order set not null`,
]

/** Syncline writes the author of what it writes; another program that names neither author nor time must not keep the last one's name. */
const forgetAuthor = `create function forget_author() returns trigger language plpgsql as $$
begin
  if new is distinct from old
    and (new.last_modified_by, new.updated_at) is not distinct from (old.last_modified_by, old.updated_at)
  then
    new.last_modified_by := null;
  end if;
  return new;
end
$$`

const STAMPED = ['productions', 'checklist_items', 'cameras']

/** Alters the tables. */
export const crewAdditions: readonly string[] = [
  settings,
  ...STAMPED.flatMap(stamps),
  ...order,
  forgetAuthor,
  ...[...STAMPED, 'equipment', ...signalTableNames].map(
    (table) =>
      `create trigger forget_author before update on ${table} for each row execute function forget_author()`,
  ),
]
