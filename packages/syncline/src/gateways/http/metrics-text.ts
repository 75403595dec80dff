/** Metrics in the text format of Prometheus. */
import type { Metric } from '../../server/metrics.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** One block per metric: help, type, and a line per set of labels. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map(block).join('')
}

function block({ name, kind, help, values }: Metric): string {
  const lines = [...values].map(
    ([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`,
  )
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${kind}\n${lines.join('')}`
}

function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
