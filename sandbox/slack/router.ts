/**
 * Which part of the stand-in answers a request.
 * Invariant: what a handler throws becomes HTTP 500 and a line in the log, never the end of the process.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http.js';
import { readParts } from '../multipart.js';
import { answerAvatar } from './avatars.js';
import type { Control } from './control.js';
import { answerDashboard } from './dashboard.js';
import type { FindObject } from './dashboard.js';
import { meetFaults } from './call-faults.js';
import { RateLimited, SlackError } from './errors.js';
import { fileMaxBytes } from './files.js';
import { answerJson, answerText, foreignness } from './http.js';
import { asObject, parseJson } from './json.js';
import type { JsonObject } from './json.js';
import { servePage } from './page-files.js';
import { respond } from './responses.js';
import type { WebApi } from './web-api.js';
import type { World } from './world.js';

interface Deps {
  world: World;
  webApi: WebApi;
  control: Control;
  pageDir: string | undefined;
  findObject: FindObject;
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
  if (path === undefined) {
    answerText(response, 'Bad request', 400);
    return;
  }
  const [, family, ...rest] = path.split('/');
  if (family === 'api') return deps.webApi.handle(request, response, rest.join('/'));
  if (family === 'response') return takeResponse(deps.world, request, response, rest.join('/'));
  if (family === 'upload') return takeUpload(deps.world, request, response, rest.join('/'));
  const refusal = foreignness(request, deps.host);
  if (refusal !== undefined) {
    answerJson(response, { ok: false, error: refusal, messages: [] }, 403);
    return;
  }
  if (family === '_sandbox') return deps.control.handle(request, response, rest.join('/'));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answerText(response, 'Method not allowed', 405);
    return;
  }
  if (family === 'dashboard') {
    answerDashboard(response, deps.findObject, rest[0] ?? '');
    return;
  }
  if (family === 'avatars') {
    answerAvatar(response, deps.world.store.users.get(rest[0] ?? ''), Number(rest[1]));
    return;
  }
  if (family === 'files') {
    sendFile(deps.world, request, response, rest[0] ?? '');
    return;
  }
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
  const startMs = performance.now();
  const raw = await readBody(request);
  const body = raw && asObject(parseJson(raw.toString('utf8')));
  const { status, answer, headers } = await responseTo(world, key, body);
  world.calls.record({
    method: 'response_url',
    ms: performance.now() - startMs,
    status,
    arguments: body ?? {},
    answer,
  });
  answerJson(response, answer, status, headers);
}

interface ResponseAnswer {
  status: number;
  answer: JsonObject;
  headers?: Record<string, string>;
}

async function responseTo(world: World, key: string, body: JsonObject | undefined): Promise<ResponseAnswer> {
  if (body === undefined) return { status: 400, answer: { ok: false, error: 'invalid_payload' } };
  try {
    await meetFaults(world, 'response_url');
    respond(world, world.responseUrls.use(key), body);
    return { status: 200, answer: { ok: true } };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const status = error.status === 200 ? 400 : error.status;
    const headers = error instanceof RateLimited ? { 'retry-after': String(error.retryAfterSec) } : {};
    return { status, answer: { ok: false, error: error.code, ...error.extra }, headers };
  }
}

/** The second step of an upload: the bytes as they are, or as one part of a form. */
async function takeUpload(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  ticket: string,
): Promise<void> {
  const raw = await readBody(request, fileMaxBytes);
  if (raw === undefined) {
    answerText(response, 'The file is too large', 413);
    return;
  }
  const contentType = request.headers['content-type'] ?? '';
  const isForm = contentType.includes('multipart/form-data');
  const bytes = isForm ? readParts(contentType, raw)?.find((part) => part.fileName !== null)?.bytes : raw;
  if (bytes === undefined) {
    answerText(response, 'The form has no file', 400);
    return;
  }
  if (!world.files.receive(ticket, bytes)) {
    answerText(response, 'There is no such upload', 404);
    return;
  }
  answerText(response, `OK - ${bytes.length}`);
}

/**
 * The bytes are for the app with its token, and for people in the page. Anybody else is sent to the page, as Slack sends
 * them to its login: an app that forgets its token gets HTML instead of the file.
 */
function mayDownload({ credentials, manifest }: World, { headers }: IncomingMessage): boolean {
  if (headers.authorization === undefined)
    return ['same-origin', 'none'].includes(String(headers['sec-fetch-site']));
  return headers.authorization === `Bearer ${credentials.botToken}` && manifest.scopes.has('files:read');
}

/** Only pictures are shown in place; anything else is offered as a download, and nothing in it may run. */
function sendFile(world: World, request: IncomingMessage, response: ServerResponse, id: string): void {
  if (!mayDownload(world, request)) {
    response.writeHead(302, { location: `${world.baseUrl()}/` }).end();
    return;
  }
  const file = world.files.bytes(id);
  if (file === undefined) {
    answerText(response, 'There is no such file', 404);
    return;
  }
  const inline = file.ref.mimetype.startsWith('image/');
  response.writeHead(200, {
    'content-type': file.ref.mimetype,
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.ref.name)}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  response.end(file.bytes);
}
