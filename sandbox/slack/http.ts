/**
 * The few things every route needs of HTTP: answering JSON or text, and refusing strangers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export function answerJson(
  response: ServerResponse,
  body: object,
  status = 200,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}

export function answerText(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

/**
 * Why a request to the page or to the control interface is refused, if it is: both are for this machine's browser
 * only, so a foreign Host (DNS rebinding) or Origin (another site's script) is turned away.
 */
export function foreignness(request: IncomingMessage, ownHost: string): string | undefined {
  const host = hostnameOf(`http://${request.headers.host ?? ''}`);
  const own = ['localhost', '127.0.0.1', '[::1]', ownHost];
  if (host === undefined || !own.includes(host))
    return `this host is not served here: ${request.headers.host ?? ''}`;
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${request.headers.host ?? ''}`) {
    return `requests from another origin are refused: ${origin}`;
  }
  return undefined;
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
