import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `http://localhost:${process.env['STAGE_SERVER_PORT'] ?? 4000}`

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist/public',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: { page: 'index.html', 'service-worker': 'src/service-worker.ts' },
      output: {
        // A service worker is found by its address, which therefore stays.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
        // React and Syncline change less often than the page does.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'syncline', test: /packages\/syncline\// },
          ],
        },
      },
    },
  },
  // `npm run dev` serves the page with reload on change, in front of a running server.
  server: {
    proxy: { '/sync': { target: server, ws: true }, '/api': server, '/session': server },
  },
})
