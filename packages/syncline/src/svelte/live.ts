/**
 * Live rows in Svelte 5: `const { query, record, room, status, mutation } = live(client)`.
 *
 * Each gives an object whose getters are reactive wherever Svelte tracks them (markup, `$derived`, `$effect`), and
 * which is also a store: `cameras.data` and `$cameras.data` are the same. What an argument depends on may change when
 * it is given as a function. What nobody shows any more is closed a few seconds later; on the server nothing is opened.
 */
import { onDestroy } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import { fromStore, toStore, writable } from 'svelte/store'
import { followWrite, type Write } from '../bindings/follow-write.ts'
import {
  IDLE as UNUSED,
  type MutationNews,
  type MutationState,
  stepMutation,
} from '../bindings/mutation-state.ts'
import { share } from '../bindings/page.ts'
import type { AnyQueryOptions } from '../bindings/query-options.ts'
import type { Outcome } from '../bindings/results.ts'
import { type MaybeId, queryTarget, recordTarget, roomTarget, type Target } from '../bindings/targets.ts'
import type { Client } from '../client/client.ts'
import type { Observable } from '../client/observable.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import { IDLE } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { Live, LiveBindings, LiveMutation } from './live-bindings.ts'

type AnyClient = Client<Schema>
type Given<Value> = Value | (() => Value)

/** Binds a client: call it once, where the client is made. */
export const live = bind as unknown as <S extends Schema>(client: Client<S>) => LiveBindings<S>

function bind(client: AnyClient) {
  return {
    query: (model: string, options?: Given<AnyQueryOptions>) =>
      followed(client, () => queryTarget(model, valueOf(options))),
    record: (model: string, id: Given<MaybeId>) => followed(client, () => recordTarget(model, valueOf(id))),
    room(model: string, id: Given<MaybeId>) {
      const joined = followed(client, () => roomTarget(model, valueOf(id)))
      // Read for as long as the component is there, whether or not anything in it shows the room.
      if (isBrowser) onDestroy(joined.subscribe(() => {}))
      return joined
    },
    status: () =>
      reactive(
        reader(() => client.status, IDLE),
        IDLE,
      ),
    mutation: (write: Write) => mutationOf(client, write),
  }
}

const isBrowser = typeof document !== 'undefined'

function valueOf<Value>(given: Given<Value>): Value {
  return typeof given === 'function' ? (given as () => Value)() : given
}

/** What a target reads, whichever it is at the time. */
function followed<Result extends Outcome>(client: AnyClient, target: () => Target<Result>): Live<Result> {
  let key: string | undefined
  let read: () => Result
  const now = () => {
    const { key: next, open, awaited } = target()
    if (next === undefined) return { ...awaited, isLoading: false }
    if (key !== next) {
      key = next
      // Found anew each time: what nobody used for a while was closed and forgotten.
      read = reader(() => share(client, next, open), awaited)
    }
    return read()
  }
  return reactive(now, target().awaited)
}

/** Reads so that Svelte reads again when it is told. */
function reader<Value>(find: () => Observable<Value>, onServer: Value): () => Value {
  const track = createSubscriber((listener) => find().subscribe(listener))
  return () => {
    track()
    return isBrowser ? find().current : onServer
  }
}

/** The members of what is read, each a getter; and a store of the whole. */
function reactive<Value extends object>(now: () => Value, example: Value): Live<Value> {
  const live = toStore(now)
  for (const name in example) Object.defineProperty(live, name, { get: () => now()[name] })
  return live as Live<Value>
}

function mutationOf(client: AnyClient, write: Write): LiveMutation<readonly unknown[], Submission> {
  const state = fromStore(writable<MutationState<Submission>>(UNUSED))
  const tell = (news: MutationNews<Submission>) => {
    state.current = stepMutation(state.current, news)
  }
  return Object.assign(
    reactive(() => state.current, UNUSED as MutationState<Submission>),
    {
      mutate: (...values: readonly unknown[]) => followWrite(() => write(client, ...values), tell),
      reset: () => tell({ now: {} }),
    },
  )
}
