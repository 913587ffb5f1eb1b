/**
 * Serves the built page from its folder.
 * Invariant: nothing outside the folder is ever read.
 */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, resolve, sep } from 'node:path';
import type { ServerResponse } from 'node:http';
import { answerText } from './http.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json; charset=utf-8',
};

/** The page talks to its own server only; pictures in messages may come from anywhere. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: http: https:; frame-ancestors 'none'";

const notBuilt =
  'The page of the sandbox is not built yet: run "npm run build". The control interface is at /_sandbox/.';

export async function servePage(
  response: ServerResponse,
  pageDir: string | undefined,
  path: string,
): Promise<void> {
  if (pageDir === undefined) {
    answerText(response, notBuilt, path === '/' ? 200 : 404);
    return;
  }
  const file = fileOf(pageDir, path);
  const content = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  if (file === undefined || content === undefined) {
    answerText(response, path === '/' ? notBuilt : 'There is nothing here.', path === '/' ? 200 : 404);
    return;
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
  response.end(content);
}

function fileOf(pageDir: string, path: string): string | undefined {
  const root = resolve(pageDir);
  const decoded = decode(path);
  if (decoded === undefined || decoded.includes('\0')) return undefined;
  const file = join(root, normalize(decoded === '/' ? '/index.html' : decoded));
  return file.startsWith(root + sep) ? file : undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
