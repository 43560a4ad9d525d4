import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // 'source': contracts are bundled from their TypeScript, so that what nobody calls falls out.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // The policy has no data: for scripts or styles, and an inlined file has no name to be kept under.
    assetsInlineLimit: 0,
    // For scripts/first-load.mjs: which chunk needs which.
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 700,
  },
  // `npm run dev` beside a system that runs by `npm start`.
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
