/** The application that all scenarios measure: productions with cameras, read and written by their crew. */
import { type Access, sql } from 'syncline/server'
import { schema } from './stage-schema.ts'

export { schema } from './stage-schema.ts'

/** Asked for every join and every write. */
export const access: Access<typeof schema> = {
  production: {
    accessibleBy: (user, production) =>
      sql`exists (select 1 from crew where crew.production_id = ${production.id} and crew.user_id = ${user.id})`,
  },
  camera: { write: { create: ['*', 'productionId'], update: true, delete: true } },
}

/** How much the tables hold. */
export interface StageSize {
  readonly productions: number
  readonly camerasEach: number
  readonly users: number
}

export const userName = (number: number) => `user-${number}`
export const productionId = (number: number) => `production-${number}`
export const cameraId = (number: number) => `camera-${number}`

/** The application's tables, without anything of Syncline's, and their rows. */
export function tablesOf({ productions, camerasEach, users }: StageSize): string {
  return `
create table productions (id text primary key, name text not null);
create table cameras (
  id text primary key,
  production_id text not null references productions on delete cascade,
  name text not null,
  zoom integer not null default 0
);
create index on cameras (production_id);
create table crew (production_id text not null, user_id text not null, primary key (production_id, user_id));
insert into productions select 'production-' || p, 'Production ' || p from generate_series(1, ${productions}) p;
insert into cameras select 'camera-' || c, 'production-' || (1 + (c - 1) / ${camerasEach}), 'Camera ' || c
  from generate_series(1, ${productions * camerasEach}) c;
insert into crew select 'production-' || p, 'user-' || u
  from generate_series(1, ${productions}) p, generate_series(1, ${users}) u;
analyze;`
}
