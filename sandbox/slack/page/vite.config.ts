/**
 * Builds the page into `dist/sandbox/slack/page`, from where the sandbox serves it at `/`.
 * Invariant: everything ends up in files of our own: nothing inlined (the content security policy forbids it),
 * nothing loaded from another host. No plugin: JSX is turned into Preact calls by Vite itself.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../../dist/sandbox/slack/page', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
