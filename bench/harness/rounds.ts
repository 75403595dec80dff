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
  readonly bound: number
}

export interface GoalResult extends Goal {
  readonly median: number
  readonly minimum: number
  readonly maximum: number
  /** The ratio at the worst quartile: the goal passes when this passes. */
  readonly worstQuartile: number
  readonly passed: boolean
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
  /** Rounds that must be good. @default 7 */
  readonly rounds?: number
  /** Parts of the canary that this scenario depends on. @default all */
  readonly canary?: readonly (keyof CanaryReading)[]
}

type Figures = Record<string, Record<string, number>>

/** Runs good rounds until there are enough, or until twice as many were tried. */
export async function runRounds(options: RoundsOptions): Promise<ScenarioResult> {
  const wanted = options.rounds ?? 7
  const parts = options.canary ?? ['json', 'loopback', 'disk']
  const good: Figures[] = []
  const disturbed: Figures[] = []
  while (good.length < wanted && good.length + disturbed.length < wanted * 2) {
    const before = await readCanary()
    const figures = await runRound(options.contestants)
    const moved = movement(before, await readCanary(), parts)
    ;(moved > LARGEST_MOVE ? disturbed : good).push(figures)
  }
  // A machine that never holds still still gets an answer; `thrownAway` tells how much it is worth.
  const counted = good.length >= 3 ? good : [...good, ...disturbed]
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
  const ratios = rounds.map(
    (round) => (round[goal.of]?.[goal.figure] ?? Number.NaN) / (round[goal.to]?.[goal.figure] ?? Number.NaN),
  )
  const worstQuartile = quantile(ratios, goal.kind === 'atMost' ? 0.75 : 0.25)
  return {
    ...goal,
    median: median(ratios),
    minimum: Math.min(...ratios),
    maximum: Math.max(...ratios),
    worstQuartile,
    passed: goal.kind === 'atMost' ? worstQuartile <= goal.bound : worstQuartile >= goal.bound,
  }
}
