/**
 * What the pages of a vote's confirmation say: one headline, one sentence, what to do.
 *
 * Invariant: pure functions of what they are given; everything from outside is escaped by `markup`.
 */
import type { OpsError, OpsErrorCode } from '../../kernel/errors.js';
import { inTimeZone, utcText } from '../../kernel/instants.js';
import type { ConfirmationRefusal, OpenConfirmation } from '../../ports/vote-confirmations.js';
import type { SignedInVoter } from './confirmation-cookies.js';
import { markup, type Html, type Page } from './html.js';

const page = (status: number, title: string, rest: Html): Page => ({
  status,
  title,
  body: markup`<h1>${title}</h1>${rest}`,
});

const sentence = (status: number, title: string, words: string): Page =>
  page(status, title, markup`<p>${words}</p>`);

const again = (token: string): Html => markup`<p><a href="/confirm/${token}">Sign in again</a></p>`;

/** The plan, who voted, and the form. */
export function review(
  { requestId, voterName, voterTimeZone, title, lines, planHash, expiresAt }: OpenConfirmation,
  token: string,
  { email, formKey }: SignedInVoter,
): Page {
  const local = (text: string): string => inTimeZone(text, voterTimeZone);
  const body = markup`<p>${voterName} voted for this in Slack. The vote counts once you confirm it here.</p>
<ul class="plan">${lines.map((line) => markup`<li dir="auto">${local(line)}</li>`)}</ul>
<form method="post" action="/confirm/${token}">
<input type="hidden" name="key" value="${formKey}">
<input type="hidden" name="plan" value="${planHash}">
<button class="go" name="decision" value="confirm">Confirm my vote</button>
<button name="decision" value="withdraw">Withdraw</button>
</form>
<p class="warning">Not your vote? Withdraw it and report it to your security team: your Slack account may be compromised.</p>
<dl>
<dt>Signed in as</dt><dd>${email}</dd>
<dt>Request</dt><dd><code>${requestId}</code></dd>
<dt>Plan</dt><dd><code>${planHash}</code></dd>
<dt>Link valid until</dt><dd>${local(utcText(expiresAt))}</dd>
</dl>`;
  return page(200, local(title), body);
}

export function done(kind: 'confirmed' | 'withdrawn', title: string): Page {
  const headline = kind === 'confirmed' ? 'Your vote is confirmed' : 'Your vote is withdrawn';
  return page(
    200,
    headline,
    markup`<p>${title}</p><p class="soft">You can close this page and go back to Slack.</p>`,
  );
}

const refusals: Readonly<Record<ConfirmationRefusal, Page>> = {
  unknown: sentence(
    404,
    'Unknown link',
    'It may have been truncated when copied. Open it from the message in Slack.',
  ),
  used: sentence(
    410,
    'This link has already been used',
    'Each link confirms one vote, once. The request in Slack shows its state.',
  ),
  expired: sentence(
    410,
    'This link has expired',
    'The vote was not confirmed in time and does not count. If the request is still open, vote again in Slack.',
  ),
  decided: sentence(
    409,
    'This request is already decided',
    'Your confirmation is no longer needed. The request in Slack shows how it ended.',
  ),
  stopped: sentence(
    409,
    'This cannot be approved right now',
    'A cap is used up, or guarded actions are frozen, so the vote was not counted. Open the link again later; `/remediate why` in Slack shows details.',
  ),
};

export const refused = (why: ConfirmationRefusal): Page => refusals[why];

export const otherPerson = (email: string): Page =>
  sentence(
    403,
    'This vote belongs to another person',
    `You are signed in as ${email}, and the vote was cast by another person. Nothing was changed. If the link was sent to you, report it to your security team.`,
  );

export const unverified = sentence(
  403,
  'Your e-mail address is not verified',
  'The identity provider has not verified your address, so the vote can’t be matched to you. Ask its administrator.',
);

export const notBegunHere = sentence(
  400,
  'This sign-in can’t be completed',
  'It was started in another browser, took too long, or was already completed. Open the link from Slack again.',
);

export const signInEnded = (token: string): Page =>
  page(
    401,
    'Your sign-in has ended',
    markup`<p>Nothing was changed. Sign in again to decide.</p>${again(token)}`,
  );

export const otherPlan = (token: string): Page =>
  page(
    409,
    'The plan has changed',
    markup`<p>It changed while you were reading it. Nothing was confirmed. Read it again first.</p>${again(token)}`,
  );

export const foreignForm = sentence(
  403,
  'This form did not come from Paydesk',
  'Nothing was changed. Open the link from Slack and use the buttons there.',
);

export const tooLong = sentence(
  413,
  'This is too long',
  'Nothing was changed. Open the link from Slack again.',
);

export const otherMethod = sentence(405, 'Method not allowed', 'Open the link from Slack in a browser.');

export const otherHost = (host: string): Page =>
  sentence(
    421,
    'This page is at another address',
    `It works at ${host} only. Paydesk admin: set PUBLIC_URL to the address that browsers use, and let the proxy pass the Host header on.`,
  );

const statuses: Partial<Record<OpsErrorCode, number>> = {
  invalid: 400,
  forbidden: 403,
  misconfigured: 502,
  unavailable: 503,
};

export const failed = ({ code, publicMessage, hint, errorId }: OpsError): Page =>
  page(
    statuses[code] ?? 500,
    code === 'invalid' || code === 'forbidden' ? 'You are not signed in' : 'Something went wrong',
    markup`<p>${publicMessage} ${hint ?? ''}</p>
<p class="soft">The link from Slack shows the state of your vote. Reference: <code>${errorId}</code></p>`,
  );
