/** Counters and gauges of the server; a gateway prints them. No ids as labels: what is counted stays bounded. */

type MetricKind = 'counter' | 'gauge'

export interface Metric {
  readonly name: string
  readonly kind: MetricKind
  readonly help: string
  /** Value by label text (`outcome="applied"`); the empty text is the value without labels. */
  readonly values: ReadonlyMap<string, number>
}

export interface Metrics {
  /** Adds to a counter; `labels` are few and fixed, such as `{ outcome: 'rejected' }`. */
  count(name: string, amount?: number, labels?: Readonly<Record<string, string>>): void
  /** Registers a gauge that is read when somebody looks: one number, or one for each value of a label. */
  gauge(name: string, help: string, read: () => number): void
  gauge(name: string, help: string, read: () => Readonly<Record<string, number>>, label: string): void
  /** Every metric at this moment, in order of name. */
  read(): Metric[]
}

const HELP: Readonly<Record<string, string>> = {
  syncline_changes_total: 'Changes that the tail has handed on.',
  syncline_deliveries_total: 'Frames with changes handed to connections.',
  syncline_joins_total: 'Joins by outcome.',
  syncline_marker_joins_total: 'Subscriptions to markers by outcome.',
  syncline_markers_total: 'Markers handed to subscribers, by model.',
  syncline_partial_reloads_total: 'Partial reloads of Inertia pages, by component.',
  syncline_model_reloads_total:
    'Partial reloads of Inertia pages that ask for a prop of the model, by model.',
  syncline_pushes_total: 'Pushes by outcome.',
  syncline_ops_total: 'Ops received.',
  syncline_rejections_total: 'Ops rejected, by code.',
  syncline_slow_consumers_total: 'Connections closed because they read too slowly.',
  syncline_snapshots_total: 'First loads of a channel read from the database.',
  syncline_kept_loads_total: 'First loads of a channel answered from memory.',
  syncline_limit_hits_total: 'Requests refused by a limit, by code.',
  syncline_invalid_messages_total: 'Messages that were no sound message.',
  syncline_gone_total: 'Subscriptions ended because a right was lost.',
  syncline_access_checks_total: 'Statements that checked access again.',
}

/** Creates an empty registry. */
export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>()
  const gauges = new Map<string, { help: string; read: () => ReadonlyMap<string, number> }>()
  return {
    count(name, amount = 1, labels) {
      let values = counters.get(name)
      if (!values) counters.set(name, (values = new Map()))
      const label = labels ? labelText(labels) : ''
      values.set(label, (values.get(label) ?? 0) + amount)
    },
    gauge(name: string, help: string, read: () => number | Readonly<Record<string, number>>, label?: string) {
      gauges.set(name, { help, read: () => labelled(read(), label) })
    },
    read() {
      const counted = [...counters].map(
        ([name, values]): Metric => ({
          name,
          kind: 'counter',
          help: HELP[name] ?? name,
          values: new Map(values),
        }),
      )
      const gauged = [...gauges].map(
        ([name, { help, read }]): Metric => ({ name, kind: 'gauge', help, values: read() }),
      )
      return [...counted, ...gauged].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
  }
}

function labelled(
  values: number | Readonly<Record<string, number>>,
  label?: string,
): ReadonlyMap<string, number> {
  if (typeof values === 'number') return new Map([['', values]])
  return new Map(
    Object.entries(values).map(([value, number]) => [labelText({ [label ?? 'kind']: value }), number]),
  )
}

function labelText(labels: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name in labels) text += `${text === '' ? '' : ','}${name}=${JSON.stringify(labels[name])}`
  return text
}
