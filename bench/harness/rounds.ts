/**
 * Rounds: every contestant runs in every round, forwards and backwards (A B B A), so that a machine that
 * drifts drifts for all alike. What counts is the ratio of two contestants within one round.
 */
import { type CanaryReading, LARGEST_MOVE, movement, readCanary } from './canary.ts'
import { median, quantile } from './statistics.ts'

export interface Contestant {
  readonly name: string
  /** Runs for at most 3 s and returns its figures by name, such as `{ p50: 0.42, p99: 1.9 }` in ms or `{ rate: 41_000 }`. */
  run(): Promise<Record<string, number>>
}

export interface Goal {
  readonly id: string
  /** Figure that is compared. */
  readonly figure: string
  readonly of: string
  readonly to: string
  /** `atMost`: a cost, such as latency. `atLeast`: a rate. */
  readonly kind: 'atMost' | 'atLeast'
  /** Bound of this step; null when the ratio is only reported. */
  readonly bound: number | null
  /** Bound that the project wants to reach in the end; null when there is none. */
  readonly final: number | null
}

export interface GoalResult extends Goal {
  readonly median: number
  readonly minimum: number
  readonly maximum: number
  /** The ratio at the worst quartile: the goal passes when this passes. */
  readonly worstQuartile: number
  /** Rounds whose ratio counts: both contestants reported, and the generator had time to spare. */
  readonly counted: number
  /** Null when there is no bound. */
  readonly passed: boolean | null
}

export interface ScenarioResult {
  readonly name: string
  readonly rounds: number
  readonly thrownAway: number
  /** Median of each figure by contestant. */
  readonly figures: Record<string, Record<string, number>>
  readonly goals: GoalResult[]
}

export interface RoundsOptions {
  readonly name: string
  readonly contestants: readonly Contestant[]
  readonly goals: readonly Goal[]
  /** Rounds before the first that counts, in which programs compile what they do again and again. @default 0 */
  readonly warmUps?: number
  /** Rounds that must be good. @default 7 */
  readonly rounds?: number
  /** Time after which disturbed rounds are no longer made up for, in ms. @default 55_000 */
  readonly patienceMs?: number
  /** Parts of the canary that this scenario depends on. @default all */
  readonly canary?: readonly (keyof CanaryReading)[]
}

type Figures = Record<string, Record<string, number>>

/** A generator that works more than this share of the time measures itself. */
const MOST_GENERATOR_CPU = 0.9

/** Fewer rounds than this say nothing. */
const FEWEST_ROUNDS = 3

/** Runs good rounds until there are enough, or until twice as many were tried, or patience ends. */
export async function runRounds(options: RoundsOptions): Promise<ScenarioResult> {
  const { rounds: wanted = 7, patienceMs = 55_000, warmUps = 0 } = options
  const parts = options.canary ?? ['json', 'loopback', 'disk']
  const good: Figures[] = []
  const disturbed: Figures[] = []
  for (let round = 0; round < warmUps; round++) await runRound(options.contestants)
  const start = performance.now()
  const mayGoOn = (tried: number) =>
    tried < wanted || (tried < wanted * 2 && performance.now() - start < patienceMs)
  while (good.length < wanted && mayGoOn(good.length + disturbed.length)) {
    const before = await readCanary()
    const figures = await runRound(options.contestants)
    const moved = movement(before, await readCanary(), parts)
    ;(moved > LARGEST_MOVE ? disturbed : good).push(figures)
  }
  // A machine that never holds still still gets an answer; `thrownAway` tells how much it is worth.
  const counted = good.length >= FEWEST_ROUNDS ? good : [...good, ...disturbed]
  return {
    name: options.name,
    rounds: counted.length,
    thrownAway: disturbed.length,
    figures: mediansOf(counted),
    goals: options.goals.map((goal) => judge(goal, counted)),
  }
}

async function runRound(contestants: readonly Contestant[]): Promise<Figures> {
  const runs: Record<string, Record<string, number>[]> = {}
  for (const contestant of [...contestants, ...[...contestants].reverse()]) {
    ;(runs[contestant.name] ??= []).push(await contestant.run())
  }
  return Object.fromEntries(Object.entries(runs).map(([name, pair]) => [name, averageOf(pair)]))
}

function averageOf(runs: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, runs.reduce((sum, run) => sum + (run[name] ?? 0), 0) / runs.length]),
  )
}

function mediansOf(rounds: readonly Figures[]): Figures {
  const first = rounds[0] ?? {}
  const medianOf = (contestant: string, figure: string) =>
    median(rounds.map((round) => round[contestant]?.[figure] ?? Number.NaN))
  return Object.fromEntries(
    Object.entries(first).map(([name, figures]) => [
      name,
      Object.fromEntries(Object.keys(figures).map((figure) => [figure, medianOf(name, figure)])),
    ]),
  )
}

/** Compares two contestants round by round. */
export function judge(goal: Goal, rounds: readonly Figures[]): GoalResult {
  const ratios = rounds.map((round) => ratioOf(goal, round)).filter((ratio) => Number.isFinite(ratio))
  const worstQuartile = quantile(ratios, goal.kind === 'atMost' ? 0.75 : 0.25)
  const isEnough = ratios.length >= Math.min(FEWEST_ROUNDS, rounds.length)
  return {
    ...goal,
    median: median(ratios),
    minimum: Math.min(...ratios),
    maximum: Math.max(...ratios),
    worstQuartile,
    counted: ratios.length,
    passed: goal.bound === null ? null : isEnough && isWithin(goal.kind, worstQuartile, goal.bound),
  }
}

/** Whether a ratio keeps a bound; one that was not measured does not. */
export function isWithin(kind: Goal['kind'], ratio: number, bound: number): boolean {
  return kind === 'atMost' ? ratio <= bound : ratio >= bound
}

function ratioOf({ of, to, figure }: Goal, round: Figures): number {
  const pair = [round[of], round[to]]
  if (pair.some((figures) => (figures?.['generatorCpu'] ?? 0) > MOST_GENERATOR_CPU)) return Number.NaN
  const [mine, reference] = pair.map((figures) => figures?.[figure] ?? Number.NaN)
  return (mine as number) / (reference as number)
}
