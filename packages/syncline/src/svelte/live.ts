/**
 * Live rows in Svelte 5: `const { query, record, room, status, mutation } = live(client)`.
 *
 * Each gives an object whose getters are reactive wherever Svelte tracks them (markup, `$derived`, `$effect`), and
 * which is also a store: `cameras.data` and `$cameras.data` are the same. What an argument depends on may change when
 * it is given as a function. What nobody shows any more is closed a few seconds later; on the server nothing is opened.
 */
import { onDestroy } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import { type Readable, toStore } from 'svelte/store'
import { followWrite, type Mutation, type Write } from '../bindings/follow-write.ts'
import { IDLE as UNUSED, type MutationState, stepMutation } from '../bindings/mutation-state.ts'
import { share } from '../bindings/page.ts'
import type { AnyQueryOptions } from '../bindings/query-options.ts'
import type { Outcome } from '../bindings/results.ts'
import { type MaybeId, queryTarget, recordTarget, roomTarget, type Target } from '../bindings/targets.ts'
import type { Client } from '../client/client.ts'
import { createListeners } from '../client/observable.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import { IDLE } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { Live, LiveBindings } from './live-bindings.ts'

type AnyClient = Client<Schema>
type Given<Value> = Value | (() => Value)

/** Binds a client: call it once, where the client is made. */
export function live<S extends Schema>(client: Client<S>): LiveBindings<S> {
  const any = client as unknown as AnyClient
  return {
    query: (model: string, options?: Given<AnyQueryOptions>) =>
      followed(any, () => queryTarget(model, valueOf(options))),
    record: (model: string, id: Given<MaybeId>) => followed(any, () => recordTarget(model, valueOf(id))),
    room: (model: string, id: Given<MaybeId>) => held(followed(any, () => roomTarget(model, valueOf(id)))),
    status: () => reactive(reader(any.status.subscribe, () => any.status.current, IDLE), IDLE),
    mutation: (write: Write) => mutationOf(any, write),
  } as unknown as LiveBindings<S>
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
    // Found anew each time: what nobody used for a while was closed and forgotten.
    const found = () => share(client, next, open)
    if (key !== next) {
      key = next
      read = reader(
        (listener) => found().subscribe(listener),
        () => found().current,
        awaited,
      )
    }
    return read()
  }
  return reactive(now, target().awaited)
}

/** Reads so that Svelte reads again when it is told. */
function reader<Value>(
  subscribe: (listener: () => void) => () => void,
  read: () => Value,
  onServer: Value,
): () => Value {
  const track = createSubscriber(subscribe)
  return () => {
    if (!isBrowser) return onServer
    track()
    return read()
  }
}

/** The members of what is read, each a getter; and a store of the whole. */
function reactive<Value extends object>(now: () => Value, example: Value): Live<Value> {
  const members = Object.keys(example).map((name) => [
    name,
    { get: () => now()[name as keyof Value], enumerable: true },
  ])
  return Object.defineProperties(toStore(now), Object.fromEntries(members)) as Live<Value>
}

/** Read for as long as the component is there, whether or not anything in it shows the room. */
function held<Result>(room: Readable<Result>): Readable<Result> {
  if (isBrowser) onDestroy(room.subscribe(() => {}))
  return room
}

function mutationOf(client: AnyClient, write: Write): Live<Mutation<readonly unknown[], Submission>> {
  const listeners = createListeners()
  let state: MutationState<Submission> = UNUSED
  const tell = (news: Parameters<typeof stepMutation<Submission>>[1]) => {
    state = { ...stepMutation(state, news) }
    listeners.notify()
  }
  const calls = {
    mutate: (...values: readonly unknown[]) => followWrite(() => write(client, ...values), tell),
    reset: () => tell({ now: {} }),
  }
  const read = reader(
    listeners.add,
    () => state,
    UNUSED as MutationState<Submission>,
  )
  return reactive(() => ({ ...read(), ...calls }), { ...UNUSED, ...calls })
}
