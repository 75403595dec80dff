/** `npm start`: installs and builds what is missing, then serves the examples on http://localhost:4000. */
import { build, installPackages } from './setup.mjs'

installPackages()
build()
// In this process, so that a signal to `npm start` reaches the server itself.
await import('../examples/server/dist/server/main.js')
