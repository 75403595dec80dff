/** Reads a target, so that a component renders when its result is another, and only then. */
import { useMemo, useSyncExternalStore } from 'react'
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import { cacheOf } from './page-cache.ts'
import type { Outcome } from './results.ts'
import type { Shared } from './shared.ts'
import { onlyInBrowser, settled } from './suspend.ts'
import type { Target } from './targets.ts'

type AnyClient = Client<Schema>

/** Returns the result; joins, and opens queries, only in the browser. */
export function useTarget<Result extends Outcome>(client: AnyClient, target: Target<Result>): Result {
  return useResult(client, target, () => (target.key === undefined ? target.off : target.awaited))[0]
}

/** Returns the result once it is there, and waits in the nearest `Suspense` until then. */
export function useSuspenseTarget<Result extends Outcome>(client: AnyClient, target: Target<Result>): Result {
  const [result, find] = useResult(client, target, onlyInBrowser)
  return settled(result, find)
}

function useResult<Result extends Outcome>(
  client: AnyClient,
  target: Target<Result>,
  onServer: () => Result,
): readonly [Result, () => Shared<Result>] {
  // The key says all of the target, so a target of the same key changes nothing.
  const [subscribe, read, find] = useMemo(() => {
    // Found anew each time: what nobody used for a while was closed and forgotten.
    const found = () => target.find(cacheOf(client))
    if (target.key === undefined) return [() => () => {}, () => target.off, found] as const
    return [(listener: () => void) => found().subscribe(listener), () => found().current, found] as const
  }, [client, target.key])
  return [useSyncExternalStore(subscribe, read, onServer), find]
}
