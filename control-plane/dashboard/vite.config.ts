import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds a control plane; the built page is served by the control plane itself. */
const server = process.env.WHERRY_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // A strict content security policy refuses data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // The contract is many small modules without effects; without this hint every schema stays in the bundle.
      treeshake: { moduleSideEffects: [{ test: /protocol\/src\//, sideEffects: false }] },
    },
  },
  server: { proxy: { '/api': server } },
});
