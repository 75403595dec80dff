/** The wake-up as it stands in a trigger's body. */
import { WAKE_SNIPPET } from '../log/wake.ts'

/** `WAKE_SNIPPET` without the indentation of the function that it was written for. */
export const WAKE = WAKE_SNIPPET.replaceAll(/^ {2}/gm, '')
