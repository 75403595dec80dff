import { expect, test } from 'vitest'
import { createMetrics } from '../../server/metrics.ts'
import { metricsText } from './metrics-text.ts'

test('metrics are written as Prometheus reads them', () => {
  const metrics = createMetrics()
  metrics.count('syncline_pushes_total', 2, { outcome: 'applied' })
  metrics.count('syncline_pushes_total', 1, { outcome: 'rejected' })
  metrics.gauge('syncline_rooms', 'Rooms.\nNow.', () => 3)

  expect(metricsText(metrics.read())).toBe(
    [
      '# HELP syncline_pushes_total Pushes by outcome.',
      '# TYPE syncline_pushes_total counter',
      'syncline_pushes_total{outcome="applied"} 2',
      'syncline_pushes_total{outcome="rejected"} 1',
      '# HELP syncline_rooms Rooms.\\nNow.',
      '# TYPE syncline_rooms gauge',
      'syncline_rooms 3',
      '',
    ].join('\n'),
  )
})
