/**
 * The application's first tables, as it would have them without Syncline: `migrate` adds what synchronising needs.
 *
 * Every column but the id of the production has a default, so that one line typed into psql makes a record. Databases
 * from before there were migrations have these tables already, hence `if not exists`.
 */

export const crewTables: readonly string[] = [
  `create table if not exists users (
    id text primary key,
    name text not null,
    job text not null default '',
    is_admin boolean not null default false
  )`,
  `create table if not exists sessions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  `create table if not exists productions (
    id text primary key default gen_random_uuid()::text,
    name text not null default 'New production' constraint productions_name_given check (name <> ''),
    venue text not null default '',
    starts_at timestamptz,
    status text not null default 'planning',
    note text not null default ''
  )`,
  `create table if not exists production_members (
    id text primary key default gen_random_uuid()::text,
    production_id text not null references productions (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    role text not null default 'crew',
    unique (production_id, user_id)
  )`,
  `create index if not exists production_members_user on production_members (user_id)`,
  `create table if not exists cameras (
    id text primary key default gen_random_uuid()::text,
    production_id text not null references productions (id) on delete cascade,
    name text not null default 'New camera' constraint cameras_name_given check (name <> ''),
    position text not null default '',
    operator text not null default '',
    lens text not null default '',
    zoom integer not null default 1,
    status text not null default 'standby',
    note text not null default '',
    created_at timestamptz not null default clock_timestamp()
  )`,
  `create index if not exists cameras_production on cameras (production_id)`,
  `create sequence if not exists checklist_items_position`,
  `create table if not exists checklist_items (
    id text primary key default gen_random_uuid()::text,
    production_id text not null references productions (id) on delete cascade,
    name text not null default 'New task' constraint checklist_items_name_given check (name <> ''),
    phase text not null default 'Show',
    position integer not null default nextval('checklist_items_position'),
    assigned_to text not null default '',
    completed boolean not null default false,
    note text not null default ''
  )`,
  `create index if not exists checklist_items_production on checklist_items (production_id)`,
]
