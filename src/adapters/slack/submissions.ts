/**
 * What people submit in a modal: given to the desk once, and answered in the window that they look at.
 *
 * Invariants: Slack always gets its acknowledgement in time; a window that works says so and shows the
 * outcome later; what was typed is never lost to a refusal, however late it comes: it is laid upon the form, stands in
 * it, or brings the form back as it was left; nothing that the desk answers or throws leaves a person in front of Slack's “trouble connecting”.
 * A delivery is known by its trigger, not by the window: after errors the same window is submitted again, and with the
 * same hash. Two submissions of one window at the same moment are one here; over replicas and over time the desk tells
 * them by `windowId`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { App, ViewOutput, ViewResponseAction, ViewSubmitAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { messageOf, type OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { Command, Modal, Person, SubmissionAnswer } from '../../ports/command.js';
import { callFault, isRefused, type Identity } from './client.js';
import { directAnswers } from './direct-answers.js';
import { logged } from './failures.js';
import type { Homes } from './home.js';
import type { InFlight } from './in-flight.js';
import { patiently } from './patiently.js';
import { inputsOf, restoredForm, type FormNotices } from './restored-form.js';
import type { Seen } from './seen.js';
import { valuesOf } from './values.js';
import { isOfHome, viewOf } from './windows.js';

/** The windows that take the place of one that was submitted, each with that one's title, and what is in a form. */
export interface Notices extends FormNotices {
  waiting: (title: string) => Modal;
  done: (title: string) => Modal;
  /** What of a form has to be corrected; those that belong to an input are shown below it. */
  problems: (title: string, problems: readonly Problem[]) => Modal;
  error: (title: string, error: OpsError) => Modal;
  /** The same in the person's direct message, where the window is closed. */
  unseen: (refusal: Modal) => Card;
  /** For an outcome that Slack does not let a window show. */
  unshown: (title: string) => Card;
  /** An answer that is in the direct messages because Slack refused it where it was asked for. */
  elsewhere: (card: Card) => Card;
}

/** `label` is that of the input, null when the problem belongs to none. */
interface Problem {
  label: string | null;
  text: string;
}

export interface SubmissionFacts<Desk> {
  commands: readonly Command<Desk>[];
  desk: Desk;
  client: WebClient;
  identity: Identity;
  seen: Seen;
  inFlight: InFlight;
  homes: Homes | null;
  notices: Notices;
  errorCard: (error: OpsError) => Card;
  log: Log;
  observe: (what: string, outcome: 'ok' | 'error', durationMs: number) => void;
}

/** Slack waits 3 s for the acknowledgement; the way there and back, and a busy process, get the rest. */
const patienceMs = 2000;
/** The acknowledgement is still on its way to the window: an update that overtakes it would be overwritten. */
const settlingMs = 500;

type Outcome = SubmissionAnswer | { kind: 'failed'; error: OpsError };

interface Submission {
  what: string;
  ack: (answer?: ViewResponseAction) => Promise<void>;
  triggerId: string;
  view: ViewOutput;
  person: Person;
  log: Log;
}

export function mountSubmissions<Desk>(app: App, facts: SubmissionFacts<Desk>): void {
  const running = new Map<string, Promise<Outcome | null>>();
  const once = (key: string, work: () => Promise<Outcome | null>): Promise<Outcome | null> => {
    const known = running.get(key);
    if (known) return known;
    const begun = work().finally(() => running.delete(key));
    running.set(key, begun);
    return begun;
  };
  const submissions = new Map(facts.commands.flatMap((command) => Object.entries(command.submissions ?? {})));
  app.view<ViewSubmitAction>(/./, async ({ ack, body, view }) => {
    const what = view.callback_id;
    const run = submissions.get(what);
    if (!run) return;
    const log = facts.log.child({ submission: what, user: body.user.id });
    const person = { userId: body.user.id, teamId: body.team?.id ?? facts.identity.teamId };
    const submission = { what, ack, triggerId: body.trigger_id, view, person, log };
    const values = valuesOf(view.state.values);
    const request = { person, windowId: view.id, memo: view.private_metadata, values, log };
    await facts.inFlight.run(() => {
      const work = () => outcomeOf(submission, () => run(request, facts.desk), facts);
      return answer(submission, once(`${view.id} ${view.hash}`, work), facts);
    });
  });
}

/** Null for a second delivery. */
async function outcomeOf<Desk>(
  { what, triggerId, log }: Submission,
  run: () => Promise<SubmissionAnswer>,
  { seen, observe }: SubmissionFacts<Desk>,
): Promise<Outcome | null> {
  if (!(await seen.isFirst(triggerId, log))) {
    log.info({}, 'delivered twice, run once');
    return null;
  }
  const startedAt = performance.now();
  const outcome = await run().catch((thrown: unknown) => ({
    kind: 'failed' as const,
    error: logged(thrown, log, 'a submission failed'),
  }));
  observe(what, outcome.kind === 'failed' ? 'error' : 'ok', performance.now() - startedAt);
  return outcome;
}

async function answer<Desk>(
  submission: Submission,
  working: Promise<Outcome | null>,
  facts: SubmissionFacts<Desk>,
): Promise<void> {
  const { ack, view, person } = submission;
  const early = await Promise.race([working, pause(patienceMs, 'late' as const, { ref: false })]);
  // The first taker of this delivery acknowledges it: the first acknowledgement counts, and an empty one would close.
  if (early === null) return;
  if (early !== 'late') await ack(acknowledgement(early, view, facts.notices));
  else await answerLate(submission, working, facts);
  if (isOfHome(view)) await facts.homes?.publish(person);
}

function acknowledgement(outcome: Outcome, view: ViewOutput, notices: Notices): ViewResponseAction {
  if (outcome.kind === 'close') return { response_action: 'clear' };
  if (outcome.kind === 'errors') {
    const errors = fieldErrors(outcome.errors, view);
    if (errors) return { response_action: 'errors', errors };
  }
  // Laid upon the form, so that what was typed is there to be submitted again; a stack holds three.
  const isLaid = outcome.kind === 'failed' || outcome.kind === 'above';
  return isLaid && view.previous_view_id === null
    ? { response_action: 'push', view: viewOf(noticeOf(outcome, view, notices), null) }
    : { response_action: 'update', view: viewAfter(outcome, view, notices) };
}

const isRefusal = (outcome: Outcome): outcome is Exclude<Outcome, { kind: 'close' | 'show' }> =>
  outcome.kind !== 'close' && outcome.kind !== 'show';

/** What the window becomes where nothing can be laid upon it: a form that was refused comes back with its refusal. */
function viewAfter(outcome: Outcome, view: ViewOutput, notices: Notices): ReturnType<typeof viewOf> {
  if (!isRefusal(outcome) || inputsOf(view).length === 0)
    return viewOf(noticeOf(outcome, view, notices), markOf(view));
  if (outcome.kind !== 'errors')
    return restoredForm(view, { above: noticeOf(outcome, view, notices).blocks, faults: {} }, notices);
  const general = problemsOf(outcome.errors, view).filter(({ label }) => label === null);
  const above = notices.problems(titleOf(view), general).blocks;
  return restoredForm(view, { above, faults: outcome.errors }, notices);
}

async function answerLate<Desk>(
  { ack, view, person, log }: Submission,
  working: Promise<Outcome | null>,
  { client, notices, errorCard }: SubmissionFacts<Desk>,
): Promise<void> {
  await ack({ response_action: 'update', view: viewOf(notices.waiting(titleOf(view)), markOf(view)) });
  const [outcome] = await Promise.all([working, pause(settlingMs)]);
  if (outcome === null) return;
  const show = (shown: ReturnType<typeof viewOf>) =>
    patiently(() => client.views.update({ view_id: view.id, view: shown }));
  try {
    await show(viewAfter(outcome, view, notices)).catch((error: unknown) => {
      log.warn({ err: messageOf(error), outcome: outcome.kind }, 'a form could not be shown again');
      return show(viewOf(noticeOf(outcome, view, notices), markOf(view)));
    });
  } catch (error) {
    log.warn({ err: messageOf(error), outcome: outcome.kind }, 'a window could not show its outcome');
    const isClosed = isRefused(callFault(error), ['not_found']);
    // Closed by the person, who asked for no more; a refusal must not go unheard with it.
    if (isClosed && !isRefusal(outcome)) return;
    const card = unseenCard(outcome, view, { notices, errorCard });
    await directAnswers(client, person.userId, log)
      .privately(card)
      .catch((failure: unknown) =>
        log.error({ err: messageOf(failure), outcome: outcome.kind }, 'the person could not be told'),
      );
  }
}

function unseenCard(
  outcome: Outcome,
  view: ViewOutput,
  { notices, errorCard }: Pick<SubmissionFacts<unknown>, 'notices' | 'errorCard'>,
): Card {
  if (outcome.kind === 'failed') return errorCard(outcome.error);
  return isRefusal(outcome)
    ? notices.unseen(noticeOf(outcome, view, notices))
    : notices.unshown(titleOf(view));
}

/** What the person reads of an outcome. */
function noticeOf(outcome: Outcome, view: ViewOutput, notices: Notices): Modal {
  const title = titleOf(view);
  switch (outcome.kind) {
    case 'close':
      return notices.done(title);
    case 'show':
    case 'above':
      return outcome.modal;
    case 'failed':
      return notices.error(title, outcome.error);
    case 'errors':
      return notices.problems(title, problemsOf(outcome.errors, view));
  }
}

const titleOf = (view: ViewOutput): string => view.title.text;

/** Kept through every change of the window; Slack says '' when there is none. */
const markOf = ({ external_id: mark = '' }: ViewOutput): string | null => (mark === '' ? null : mark);

/** Null when Slack would refuse them: without a text, or for something that is not an input of this window. */
function fieldErrors(
  errors: Readonly<Record<string, string>>,
  view: ViewOutput,
): Record<string, string> | null {
  const labels = labelsOf(view);
  // Shown as plain text, where the marks of a command would be read as they are.
  const entries = Object.entries(errors).map(
    ([blockId, text]) => [blockId, text.replaceAll('`', '')] as const,
  );
  const areTakeable = entries.every(([blockId, text]) => labels.has(blockId) && text !== '');
  return areTakeable && entries.length > 0 ? Object.fromEntries(entries) : null;
}

const problemsOf = (errors: Readonly<Record<string, string>>, view: ViewOutput): Problem[] =>
  Object.entries(errors).map(([blockId, text]) => ({ label: labelsOf(view).get(blockId) ?? null, text }));

/** Of every input in the window, by block_id. */
const labelsOf = (view: ViewOutput): ReadonlyMap<string, string> =>
  new Map(inputsOf(view).map(({ block_id: blockId, label }) => [blockId, label.text]));
