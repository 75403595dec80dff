/**
 * The tables of the signal chain and of the equipment library, as the application would have them without Syncline.
 *
 * Every column but the id of the production has a default, so that one line typed into psql makes a record.
 */

const stamps = `last_modified_by text,
  updated_at timestamptz default now()`

/** The time as a number, so that whoever adds a record, by whatever program, adds it at the end. */
export const LAST = 'extract(epoch from clock_timestamp())::double precision'

const inProduction = `id text primary key default gen_random_uuid()::text,
  production_id text not null references productions (id) on delete cascade,
  sort_order double precision not null default ${LAST},
  note text not null default '',
  ${stamps}`

const equipmentId = 'equipment_id text references equipment (id) on delete set null'

const name = (table: string, standard: string) =>
  `name text not null default '${standard}' constraint ${table}_name_given check (name <> '')`

const byProduction = (table: string) => `create index ${table}_production on ${table} (production_id)`

const byEquipment = (table: string) => `create index ${table}_equipment on ${table} (equipment_id)`

const equipment = `create table equipment (
  id text primary key default gen_random_uuid()::text,
  ${name('equipment', 'New equipment')},
  manufacturer text not null default '',
  category text not null default 'Camera',
  inputs integer not null default 0,
  outputs integer not null default 0,
  quantity integer not null default 1,
  note text not null default '',
  ${stamps}
)`

const ccus = `create table ccus (
  ${inProduction},
  ${name('ccus', 'New CCU')},
  ${equipmentId},
  location text not null default '',
  address text not null default '',
  status text not null default 'planned'
)`

const sources = `create table sources (
  ${inProduction},
  ${name('sources', 'New source')},
  type text not null default 'Computer',
  location text not null default '',
  format text not null default '',
  status text not null default 'planned'
)`

const mediaServers = `create table media_servers (
  ${inProduction},
  ${name('media_servers', 'New media server')},
  ${equipmentId},
  software text not null default '',
  show_file text not null default '',
  outputs integer not null default 2,
  status text not null default 'planned'
)`

const switchers = `create table switchers (
  ${inProduction},
  ${name('switchers', 'New switcher')},
  ${equipmentId},
  operator text not null default '',
  location text not null default '',
  mix_effects integer not null default 1,
  inputs integer not null default 0,
  outputs integer not null default 0,
  status text not null default 'planned'
)`

const routers = `create table routers (
  ${inProduction},
  ${name('routers', 'New router')},
  ${equipmentId},
  address text not null default '',
  inputs integer not null default 0,
  outputs integer not null default 0,
  status text not null default 'planned'
)`

const sends = `create table sends (
  ${inProduction},
  ${name('sends', 'New send')},
  type text not null default 'Aux',
  format text not null default ''
)`

const ledScreens = `create table led_screens (
  ${inProduction},
  ${name('led_screens', 'New LED screen')},
  ${equipmentId},
  location text not null default '',
  width_px integer not null default 0,
  height_px integer not null default 0,
  pitch text not null default '',
  brightness integer not null default 60,
  status text not null default 'planned'
)`

const projectionScreens = `create table projection_screens (
  ${inProduction},
  ${name('projection_screens', 'New projection screen')},
  ${equipmentId},
  location text not null default '',
  size text not null default '',
  lens text not null default '',
  status text not null default 'planned'
)`

const records = `create table records (
  ${inProduction},
  ${name('records', 'New record')},
  ${equipmentId},
  codec text not null default '',
  medium text not null default '',
  status text not null default 'idle'
)`

const streams = `create table streams (
  ${inProduction},
  ${name('streams', 'New stream')},
  ${equipmentId},
  platform text not null default '',
  address text not null default '',
  bitrate_kbps integer not null default 6000,
  status text not null default 'offline'
)`

const cableSnakes = `create table cable_snakes (
  ${inProduction},
  ${name('cable_snakes', 'New cable snake')},
  cable text not null default 'SDI',
  cores integer not null default 8,
  length_m integer not null default 50,
  from_place text not null default '',
  to_place text not null default ''
)`

/** Its ends are ids of devices of any kind, which no foreign key can say. */
const connections = `create table connections (
  ${inProduction},
  label text not null default '',
  from_id text not null default '',
  from_port text not null default '',
  to_id text not null default '',
  to_port text not null default '',
  cable text not null default 'SDI',
  snake_id text not null default ''
)`

/** Tables of devices that may be a piece of the library. */
export const withEquipment: readonly string[] = [
  'ccus',
  'media_servers',
  'switchers',
  'routers',
  'led_screens',
  'projection_screens',
  'records',
  'streams',
]

/** Tables of a production that were made here. */
export const signalTableNames: readonly string[] = [
  ...withEquipment,
  'sources',
  'sends',
  'cable_snakes',
  'connections',
]

/** Makes the tables. */
export const signalTables: readonly string[] = [
  equipment,
  ccus,
  sources,
  mediaServers,
  switchers,
  routers,
  sends,
  ledScreens,
  projectionScreens,
  records,
  streams,
  cableSnakes,
  connections,
  ...signalTableNames.map(byProduction),
  ...withEquipment.map(byEquipment),
]
