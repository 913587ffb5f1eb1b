/**
 * Our own pages on which a vote is confirmed outside the chat account: a link with a one-time token, a sign-in at the
 * company's identity provider, the plan, and a form.
 *
 * Invariants: only the POST of the person who voted uses the token up, so that a bot that follows the link does not;
 * before the sign-in nothing of the plan is shown; what is confirmed is the plan that was shown; neither tokens nor
 * codes are logged. Nothing is kept in this process between two requests.
 * Deliberately absent: any session beyond this one vote, which ends after ten minutes.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../kernel/clock.js';
import { messageOf, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Identity, IdentityProvider } from '../../ports/identity.js';
import type { OpenConfirmation, VoteConfirmations } from '../../ports/vote-confirmations.js';
import { createConfirmationCookies, type ConfirmationCookies } from './confirmation-cookies.js';
import * as pages from './confirmation-pages.js';
import { isFromOrigin, readForm } from './form.js';
import { redirect, sendPage, type Page } from './html.js';
import type { Mount } from './server.js';

export interface ConfirmationPages {
  /** Answers a request under `/confirm/`. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface ConfirmationDeps {
  provider: IdentityProvider;
  votes: VoteConfirmations;
  /** The origin at which people reach these pages, such as `https://paydesk.example.com`. */
  publicUrl: string;
  /** Seals what browsers keep; the same for every replica. */
  secret: Secret;
  /** Whose desk it is; stands above every page. */
  company: string;
  clock: Clock;
  log: Log;
}

/** What a request is answered with. */
type Answer = { page: Page; cookies?: string[] } | { redirectTo: string; cookies: string[] };
type PageDeps = ConfirmationDeps & { cookies: ConfirmationCookies };

/** The link to send to the voter. */
export const confirmationAddress = (publicUrl: string, token: string): string =>
  new URL(`/confirm/${token}`, publicUrl).href;

/** Where the identity provider sends browsers back to; to be registered there. */
export const callbackAddress = (publicUrl: string): string => new URL('/confirm/callback', publicUrl).href;

/** `pages`: null while there are none. */
export const confirmationsMount = (pages: () => ConfirmationPages | null): Mount => ({
  path: '/confirm/',
  handler: () => {
    const found = pages();
    return found && ((request, response) => found.handle(request, response));
  },
});

export function createConfirmationPages(deps: ConfirmationDeps): ConfirmationPages {
  const desk = { ...deps, cookies: createConfirmationCookies(deps) };
  return {
    handle: async (request, response) => {
      const answer = await answerTo(desk, request).catch((error: unknown) => failure(desk, error));
      if ('redirectTo' in answer) redirect(response, answer.redirectTo, answer.cookies);
      else sendPage(response, answer.page, desk.company, answer.cookies);
    },
  };
}

function failure({ log }: PageDeps, thrown: unknown): Answer {
  const error = toOpsError(thrown);
  const fields = { err: messageOf(error.cause ?? error), code: error.code, errorId: error.errorId };
  log[error.code === 'internal' ? 'error' : 'warn'](fields, 'a page of a vote’s confirmation failed');
  return { page: pages.failed(error) };
}

async function answerTo(desk: PageDeps, request: IncomingMessage): Promise<Answer> {
  const { host } = new URL(desk.publicUrl);
  if (request.headers.host !== host) return { page: pages.otherHost(host) };
  const address = new URL(request.url ?? '/', desk.publicUrl);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && request.method !== 'POST') return { page: pages.otherMethod };
  if (reads && address.pathname === '/confirm/callback') return comeBack(desk, request, address);
  const token = /^\/confirm\/([\w-]{16,128})$/.exec(address.pathname)?.[1];
  if (token === undefined) return { page: pages.refused('unknown') };
  return reads ? visit(desk, request, token) : decide(desk, request, token);
}

/** Following the link: to the sign-in, or to the plan once signed in for it. */
async function visit(desk: PageDeps, request: IncomingMessage, token: string): Promise<Answer> {
  const found = await desk.votes.look(token);
  if (found.kind === 'refused') return { page: pages.refused(found.why) };
  const voter = desk.cookies.voters.find(request, token);
  if (voter && isVoter(found, voter.email)) return { page: pages.review(found, token, voter) };
  const { address, checks } = await desk.provider.begin(callbackAddress(desk.publicUrl));
  return { redirectTo: address, cookies: [desk.cookies.signIns.keep({ token, ...checks })] };
}

/** Back from the provider. The answer leads to the link again, so that the code does not stay in the address. */
async function comeBack(desk: PageDeps, request: IncomingMessage, address: URL): Promise<Answer> {
  const state = address.searchParams.get('state') ?? '';
  const begun = desk.cookies.signIns.find(request, state);
  if (!begun) return { page: pages.notBegunHere };
  const { token, ...checks } = begun;
  const gone = desk.cookies.signIns.drop(state);
  const identity = await desk.provider
    .finish(address.href, checks)
    .catch((error: unknown) => failure(desk, error));
  if (!('subject' in identity)) return { ...identity, cookies: [gone] };
  return admit(desk, token, identity, gone);
}

async function admit(desk: PageDeps, token: string, identity: Identity, gone: string): Promise<Answer> {
  const found = await desk.votes.look(token);
  if (found.kind === 'refused') return { page: pages.refused(found.why), cookies: [gone] };
  const { subject, email, emailVerified } = identity;
  if (email === null || !emailVerified) return { page: pages.unverified, cookies: [gone] };
  if (!isVoter(found, email)) {
    desk.log.warn({ requestId: found.requestId, subject }, 'a different person opened the link of a vote');
    return { page: pages.otherPerson(email), cookies: [gone] };
  }
  const formKey = randomBytes(32).toString('base64url');
  const kept = desk.cookies.voters.keep({ token, subject, email, formKey });
  return { redirectTo: confirmationAddress(desk.publicUrl, token), cookies: [gone, kept] };
}

/** Case does not tell addresses apart; of other letters than A to Z some fall together only by folding them. */
const isVoter = ({ voterEmail }: OpenConfirmation, email: string): boolean =>
  plainCase(voterEmail) === plainCase(email);

const plainCase = (address: string): string => address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

async function decide(desk: PageDeps, request: IncomingMessage, token: string): Promise<Answer> {
  const form = await readForm(request);
  if (!form) return { page: pages.tooLong };
  if (!isFromOrigin(request, new URL(desk.publicUrl).origin)) return { page: pages.foreignForm };
  // Reloading the last page says that the link was used, not that the sign-in has ended.
  const found = await desk.votes.look(token);
  if (found.kind === 'refused') return { page: pages.refused(found.why) };
  const voter = desk.cookies.voters.find(request, token);
  if (!voter) return { page: pages.signInEnded(token) };
  if (form.get('key') !== voter.formKey) return { page: pages.foreignForm };
  if (!isVoter(found, voter.email)) return { page: pages.otherPerson(voter.email) };
  if (form.get('plan') !== found.planHash) return { page: pages.otherPlan(token) };
  return settle(desk, token, form.get('decision'), voter);
}

async function settle(
  { votes, cookies, log }: PageDeps,
  token: string,
  decision: string | null,
  { subject, email }: { subject: string; email: string },
): Promise<Answer> {
  if (decision !== 'confirm' && decision !== 'withdraw') return { page: pages.foreignForm };
  const result = await votes[decision](token, { subject, email });
  log.info({ subject, decision, result: result.kind }, 'a vote was decided outside Slack');
  const page = result.kind === 'refused' ? pages.refused(result.why) : pages.done(result.kind, result.title);
  return { page, cookies: [cookies.voters.drop(token)] };
}
