/** Reads a target, so that a component renders when its result is another, and only then. */
import { useMemo, useSyncExternalStore } from 'react'
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import { share } from '../bindings/page.ts'
import type { Outcome } from '../bindings/results.ts'
import type { Shared } from '../bindings/shared.ts'
import { onlyInBrowser, settled } from './suspend.ts'
import type { Target } from '../bindings/targets.ts'

type AnyClient = Client<Schema>

/** Returns the result; joins, and opens queries, only in the browser. */
export function useTarget<Result extends Outcome>(client: AnyClient, target: Target<Result>): Result {
  return useResult(client, target)[0]
}

/** Returns the result once it is there, and waits in the nearest `Suspense` until then. */
export function useSuspenseTarget<Result extends Outcome>(client: AnyClient, target: Target<Result>): Result {
  return settled(...useResult(client, target, onlyInBrowser))
}

function useResult<Result extends Outcome>(
  client: AnyClient,
  { key, open, awaited }: Target<Result>,
  onServer?: () => Result,
): readonly [Result, () => Shared<Result>] {
  // The key says all of the target, so a target of the same key changes nothing.
  const [subscribe, read, readOnServer, find] = useMemo(() => {
    const off = () => unread
    const unread = { ...awaited, isLoading: false }
    // Found anew each time: what nobody used for a while was closed and forgotten.
    const found = () => share(client, key as string, open)
    if (key === undefined) return [() => () => {}, off, off, found] as const
    return [
      (listener: () => void) => found().subscribe(listener),
      () => found().current,
      () => awaited,
      found,
    ] as const
  }, [client, key])
  return [useSyncExternalStore(subscribe, read, onServer ?? readOnServer), find]
}
