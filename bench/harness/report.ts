/** The report of a run: everything as JSON, and the ratios as a table in the README. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Goal, type GoalResult, isWithin, type ScenarioResult } from './rounds.ts'

/** From `dist/harness` to the folder of the benchmarks. */
const FOLDER = fileURLToPath(new URL('../..', import.meta.url))
const BEGIN = '<!-- results begin -->'
const END = '<!-- results end -->'
const DISTURBED =
  '**The machine did not hold still during this run**: most rounds were disturbed by other programs, and nothing follows from the ratios.'

/** Where and with what a run was made. */
export interface Setting {
  readonly date: string
  readonly node: string
  readonly postgres: number
  readonly cores: number
  readonly processor: string
  readonly memoryGb: number
  readonly system: string
}

/** Writes both; answers the name of the JSON file. */
export function writeReport(results: readonly ScenarioResult[], postgresMajor: number): string {
  const setting = settingOf(postgresMajor)
  const file = `results/${setting.date.slice(0, 10)}.json`
  mkdirSync(`${FOLDER}results`, { recursive: true })
  writeFileSync(`${FOLDER}${file}`, `${JSON.stringify({ setting, results }, null, 2)}\n`)
  const readme = `${FOLDER}README.md`
  writeFileSync(readme, withResults(readFileSync(readme, 'utf8'), tableOf(results, setting)))
  return `bench/${file}`
}

function settingOf(postgres: number): Setting {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    postgres,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
  }
}

/** Puts the table between the markers of the README. */
export function withResults(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin)
    throw new Error(`bench/README.md has no place for the results. Put \`${BEGIN}\` and \`${END}\` into it.`)
  return `${readme.slice(0, begin + BEGIN.length)}\n${table}\n${readme.slice(end)}`
}

/** One line per ratio. */
export function tableOf(results: readonly ScenarioResult[], setting: Setting): string {
  const { date, node, postgres, cores, processor, memoryGb, system } = setting
  const lines = results.flatMap((result) => result.goals.map((goal) => lineOf(result, goal)))
  const tried = sum(results.map(({ rounds, thrownAway }) => Math.max(rounds, thrownAway)))
  const disturbed = sum(results.map(({ thrownAway }) => thrownAway))
  const isDisturbed = disturbed > tried / 2
  return [
    `${date.slice(0, 10)}, ${cores} cores of ${processor}, ${memoryGb} GB, ${system}, Node ${node}, PostgreSQL ${postgres}.`,
    ...(isDisturbed ? ['', DISTURBED] : []),
    '',
    '| goal | ratio of | median (least – most) | worst quartile | now | in the end | rounds (thrown away) |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function lineOf(result: ScenarioResult, goal: GoalResult): string {
  const { of, to, figure, median, minimum, maximum, worstQuartile, counted } = goal
  return `| ${[
    goal.id,
    `${of} to ${to}, ${figure} ${pair(result, goal)}`,
    `${number(median)} (${number(minimum)} – ${number(maximum)})`,
    number(worstQuartile),
    boundText(goal, goal.bound),
    boundText(goal, goal.final),
    `${counted} (${result.thrownAway})`,
  ].join(' | ')} |`
}

function pair({ figures }: ScenarioResult, { of, to, figure }: Goal): string {
  return `${number(figures[of]?.[figure])} : ${number(figures[to]?.[figure])}`
}

function boundText({ kind, worstQuartile, passed }: GoalResult, bound: number | null): string {
  if (bound === null) return '–'
  const isReached = passed !== false && isWithin(kind, worstQuartile, bound)
  return `${kind === 'atMost' ? '≤' : '≥'} ${bound} ${isReached ? 'reached' : '**not reached**'}`
}

/** What the terminal shows while the run goes on. */
export function printed(result: ScenarioResult): string {
  const figures = Object.entries(result.figures).map(
    ([name, values]) =>
      `    ${name}: ${Object.entries(values)
        .map(([figure, value]) => `${figure} ${number(value)}`)
        .join(', ')}`,
  )
  const goals = result.goals.map(
    (goal) =>
      `    → ${goal.id}: ${goal.of} to ${goal.to}, ${goal.figure}: median ${number(goal.median)} (${number(goal.minimum)} – ${number(goal.maximum)}), worst quartile ${number(goal.worstQuartile)}, ${goal.counted} rounds; now ${boundText(goal, goal.bound)}, in the end ${boundText(goal, goal.final)}`,
  )
  const head = `  ${result.name}, ${result.rounds} rounds, ${result.thrownAway} thrown away`
  return [head, ...figures, ...goals].join('\n')
}

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'not measured'
  const digits = Math.abs(value) >= 100 ? 0 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
