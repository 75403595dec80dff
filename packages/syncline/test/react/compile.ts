/** The build of an application that uses the React compiler: types off, then the compiler. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { transform } from 'esbuild'

// Babel brings no types.
const { transformAsync } = createRequire(import.meta.url)('@babel/core') as {
  transformAsync(source: string, options: object): Promise<{ readonly code: string }>
}

/** Compiles a file; what the compiler cannot take is an error, not left as it is. */
export async function compile(file: string): Promise<string> {
  const { code: plain } = await transform(await readFile(file, 'utf8'), { loader: 'ts', target: 'es2022' })
  const { code } = await transformAsync(plain, {
    filename: file,
    configFile: false,
    babelrc: false,
    plugins: [['babel-plugin-react-compiler', { panicThreshold: 'all_errors' }]],
  })
  return code
}
