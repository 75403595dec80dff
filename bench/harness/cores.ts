/** Which core runs what: the program under test and the load generator never share one. */
import { availableParallelism } from 'node:os'

const hasTwo = availableParallelism() >= 2

/** Core of the server, or undefined on a machine with a single core. */
export const SERVER_CORE = hasTwo ? 0 : undefined

/** Core of the load generator. */
export const GENERATOR_CORE = hasTwo ? 1 : undefined
