/** `npm run bench`: sets up packages and PostgreSQL with pgbench, builds, and measures. Arguments pick scenarios. */
import { installBenchPrograms, installPackages, root, run, runBin } from './setup.mjs'

installPackages()
installBenchPrograms()
runBin('typescript/bin/tsc', ['-b', 'bench'])
run(process.execPath, [`${root}bench/dist/main.js`, ...process.argv.slice(2)])
