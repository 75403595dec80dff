/** `syncline/inertia`: Inertia 3 pages from any server of Request and Response. */
export type { Carried, CarryStore, Errors } from './carried.ts'
export { createInertia, type Inertia } from './create-inertia.ts'
export type { DocumentParts, Rendered } from './document.ts'
export type { PagePosition } from '../server/page-position.ts'
export type { InertiaOptions } from './options.ts'
export type { Page } from './page.ts'
export {
  always,
  deepMerge,
  defer,
  type DeferOptions,
  merge,
  type MergeOptions,
  once,
  type OnceOptions,
  optional,
  prepend,
  type Prop,
  scroll,
  type ScrollOptions,
  type ScrollPage,
  type Source,
} from './prop.ts'
export type { RenderOptions, Visit } from './visit.ts'
