import { defineConfig } from 'vite'

const server = `http://localhost:${process.env.STAGE_SERVER_PORT ?? 4000}`

export default defineConfig({
  build: { outDir: 'dist/public', emptyOutDir: true, target: 'es2022' },
  // `npm run dev` serves the page with reload on change, in front of a running server.
  server: {
    proxy: { '/sync': { target: server, ws: true }, '/api': server, '/session': server },
  },
})
