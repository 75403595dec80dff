/** The core behind a `Sync`, for the test kit: what it shows is no part of the interface of applications. */
import type { RunningCore } from '../server/create-core.ts'

const cores = new WeakMap<object, RunningCore>()

export function rememberCore<S extends object>(sync: S, core: RunningCore): S {
  cores.set(sync, core)
  return sync
}

/** Throws a `TypeError` for what `createSync` has not made. */
export function coreOf(sync: object): RunningCore {
  const core = cores.get(sync)
  if (core) return core
  throw new TypeError(
    'The object was not made by `createSync` of this copy of syncline. Give what createSync returned, and import syncline/server and syncline/testing from the same installation.',
  )
}
