import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte()],
  publicDir: 'public',
  build: {
    outDir: 'dist/public',
    emptyOutDir: true,
    target: 'es2022',
    // Beside the files of the stage example, below one address.
    assetsDir: 'assets/accounts',
    // The server reads from it what the document names.
    manifest: true,
    rolldownOptions: {
      input: fileURLToPath(new URL('src/main.ts', import.meta.url)),
    },
  },
})
