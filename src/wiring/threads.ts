/** Worker threads: how one starts, from the build as from sources, and how an error crosses from it. */
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf, OpsError, toOpsError, type OpsErrorCode } from '../kernel/errors.js';

/** `module` is the path without its extension, beside the file whose `import.meta.url` is `base`. */
export function startThread(module: string, base: string, options: WorkerOptions): Worker {
  const extension = extname(new URL(base).pathname);
  const file = new URL(`${module}${extension}`, base);
  if (extension !== '.ts') return new Worker(file, options);
  // From sources, a thread does not inherit the loader of its process.
  const loader = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/cjs$/, 'mjs');
  const script = `import('${loader}').then(({ register }) => { register(); return import('${file.href}'); });`;
  return new Worker(script, { ...options, eval: true });
}

/** An OpsError as data: a message between threads keeps no class. */
export interface ThreadFault {
  code: OpsErrorCode;
  publicMessage: string;
  hint: string | undefined;
  details: OpsError['details'];
  /** With the stack, for the log. */
  cause: string | undefined;
}

export function faultFrom(thrown: unknown): ThreadFault {
  const { code, publicMessage, hint, details, cause } = toOpsError(thrown);
  const text = cause instanceof Error ? cause.stack : messageOf(cause);
  return { code, publicMessage, hint, details, cause: cause === undefined ? undefined : text };
}

export const errorFrom = ({ code, publicMessage, hint, ...rest }: ThreadFault): OpsError =>
  new OpsError(code, publicMessage, hint === undefined ? rest : { hint, ...rest });
