/** Reference of G13: a process that imports what any server of this kind imports, and nothing else. */
import 'pg'
import 'ws'
import { serve } from '../harness/child.ts'

serve(() => Promise.resolve(0))
