/** `npm run bench`: sets up packages and PostgreSQL with pgbench, builds, and measures. Arguments pick scenarios. */
import { compile, installBenchPrograms, installPackages, root, run } from './setup.mjs'

installPackages()
installBenchPrograms()
compile('bench')
run(process.execPath, [`${root}bench/dist/main.js`, ...process.argv.slice(2)])
