/**
 * Which part of the stand-in answers a request.
 * Invariant: whatever a handler throws becomes HTTP 500 and a line in the log, never the end of the process.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readForm } from './arguments.js';
import type { Control } from './control.js';
import { SlackError } from './errors.js';
import { FILE_MAX_BYTES } from './files.js';
import { answerJson, answerText, foreignness, readBody } from './http.js';
import { asObject, parseJson } from './json.js';
import { servePage } from './page-files.js';
import { respond } from './responses.js';
import type { WebApi } from './web-api.js';
import type { World } from './world.js';

interface Deps {
  world: World;
  webApi: WebApi;
  control: Control;
  pageDir: string | undefined;
  host: string;
  log: (line: string) => void;
}

export function createRouter(deps: Deps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    route(deps, request, response).catch((error: unknown) => {
      deps.log(
        `${request.method ?? ''} ${request.url ?? ''} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      if (response.headersSent) response.destroy();
      else answerJson(response, { ok: false, error: 'internal_error', messages: [] }, 500);
    });
  };
}

async function route(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === undefined) return answerText(response, 'Bad request', 400);
  const [, family, ...rest] = path.split('/');
  if (family === 'api') return deps.webApi.handle(request, response, rest.join('/'));
  if (family === 'response') return takeResponse(deps.world, request, response, rest.join('/'));
  if (family === 'upload') return takeUpload(deps.world, request, response, rest.join('/'));
  const refusal = foreignness(request, deps.host);
  if (refusal !== undefined) return answerJson(response, { ok: false, error: refusal, messages: [] }, 403);
  if (family === '_sandbox') return deps.control.handle(request, response, rest.join('/'));
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerText(response, 'Method not allowed', 405);
  if (family === 'files') return sendFile(deps.world, response, rest[0] ?? '');
  return servePage(response, deps.pageDir, path);
}

function pathOf(request: IncomingMessage): string | undefined {
  const url = `http://localhost${request.url ?? ''}`;
  return URL.canParse(url) ? new URL(url).pathname : undefined;
}

async function takeResponse(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
): Promise<void> {
  const raw = await readBody(request);
  const body = raw && asObject(parseJson(raw.toString('utf8')));
  if (body === undefined) return answerJson(response, { ok: false, error: 'invalid_payload' }, 400);
  try {
    respond(world, world.responseUrls.use(key), body);
    answerJson(response, { ok: true });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const status = error.status === 200 ? 400 : error.status;
    answerJson(response, { ok: false, error: error.code, ...error.extra }, status);
  }
}

/** The second step of an upload: the bytes as they are, or as one part of a form. */
async function takeUpload(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  ticket: string,
): Promise<void> {
  const raw = await readBody(request, FILE_MAX_BYTES);
  if (raw === undefined) return answerText(response, 'The file is too large', 413);
  const contentType = request.headers['content-type'] ?? '';
  const bytes = contentType.includes('multipart/form-data') ? await filePart(contentType, raw) : raw;
  if (bytes === undefined) return answerText(response, 'The form has no file', 400);
  if (!world.files.receive(ticket, bytes)) return answerText(response, 'There is no such upload', 404);
  answerText(response, `OK - ${bytes.length}`);
}

async function filePart(contentType: string, raw: Buffer): Promise<Buffer | undefined> {
  const blob = (await readForm(contentType, raw))?.find(([, value]) => value instanceof Blob)?.[1];
  return blob instanceof Blob ? Buffer.from(await blob.arrayBuffer()) : undefined;
}

/** Only pictures are shown in place; anything else is offered as a download, and nothing in it may run. */
function sendFile(world: World, response: ServerResponse, id: string): void {
  const file = world.files.bytes(id);
  if (file === undefined) return answerText(response, 'There is no such file', 404);
  const inline = file.ref.mimetype.startsWith('image/');
  response.writeHead(200, {
    'content-type': file.ref.mimetype,
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.ref.name)}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  response.end(file.bytes);
}
