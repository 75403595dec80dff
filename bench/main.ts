/** `npm run bench [g1 g3 …]`: runs the standard set, or the scenarios named, and reports ratios. */
import { startDurablePostgres } from './harness/postgres.ts'
import { printed, writeReport } from './harness/report.ts'
import { Bench, type Scenario } from './harness/scenario.ts'
import type { ScenarioResult } from './harness/rounds.ts'
import { g1 } from './scenarios/g1.ts'
import { g10 } from './scenarios/g10.ts'
import { g11 } from './scenarios/g11.ts'
import { g13 } from './scenarios/g13.ts'
import { g15 } from './scenarios/g15.ts'
import { g3 } from './scenarios/g3.ts'
import { g5 } from './scenarios/g5.ts'
import { g6 } from './scenarios/g6.ts'
import { g6b } from './scenarios/g6b.ts'
import { g7 } from './scenarios/g7.ts'
import { g8 } from './scenarios/g8.ts'

const SCENARIOS: readonly Scenario[] = [g1, g3, g5, g6, g6b, g7, g8, g10, g11, g13, g15]

const wanted = process.argv.slice(2)
const unknown = wanted.find((id) => SCENARIOS.every((scenario) => scenario.id !== id))
if (unknown !== undefined) {
  console.error(
    `There is no scenario \`${unknown}\`. Name some of: ${SCENARIOS.map(({ id }) => id).join(', ')}.`,
  )
  process.exit(1)
}
const chosen = SCENARIOS.filter(({ id }) => wanted.length === 0 || wanted.includes(id))
const cluster = await startDurablePostgres()
const bench = new Bench(cluster)
const results: ScenarioResult[] = []
const end = async () => {
  await bench.end()
  await cluster.remove()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().finally(() => process.exit(1)))
try {
  for (const scenario of chosen) {
    console.log(`\n${scenario.id.toUpperCase()}: ${scenario.title}`)
    for await (const result of scenario.run(bench)) {
      results.push(result)
      console.log(printed(result))
    }
    await bench.end()
  }
} finally {
  await end()
}
if (wanted.length === 0) console.log(`\nWritten: ${writeReport(results, cluster.major)}`)
else console.log('\nOnly the whole set is written to bench/results and bench/README.md.')
