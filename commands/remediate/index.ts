/**
 * `/remediate`: guarded actions. Asks for one, shows what is open and why it was ruled on as it was, and stops everything.
 *
 * Invariant: nothing is done by typing a command that others have to approve; the command opens a form.
 */
import { refuseCardNumber } from '../../src/kernel/card-number-refusal.js';
import { OpsError } from '../../src/kernel/errors.js';
import { isLate } from '../../src/kernel/late.js';
import { nearest } from '../../src/kernel/nearest.js';
import { redactCardNumbers } from '../../src/kernel/sensitive.js';
import type { Card } from '../../src/ports/card.js';
import type { Command, CommandRequest } from '../../src/ports/command.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { noticeCard, remediationListCard, remediationWhyCard } from '../../src/views/remediation/answers.js';
import { standingListCard } from '../../src/views/remediation/standing.js';
import { freezeLateCard, frozenCard, liftCard, underFreeze } from '../../src/views/remediation/freeze.js';
import { remediationCard } from '../../src/views/remediation/card.js';
import { remediationMenu } from '../../src/views/remediation/ids.js';
import { fitsOnCard } from '../../src/views/remediation/plan.js';
import { planModal } from '../../src/views/remediation/windows.js';
import { clicks } from './clicks.js';
import { requireMember } from '../door.js';
import { guardedActions, requireRemediation, type RemediateDeps } from './deps.js';
import { offered, openChooser, openForm, requireAction } from './forms.js';
import { submissions } from './submissions.js';

export type { RemediateDeps } from './deps.js';

export const remediateCommand: Command<RemediateDeps> = {
  name: '/remediate',
  summary: 'Request a guarded action, or see open requests',
  usageHint:
    '[action [id] | list | show REM-… | why REM-… | cancel REM-… | standing | freeze <why> | unfreeze | break-glass]',
  examples: [
    { text: '/remediate', does: 'choose an action; it runs only after approval' },
    { text: '/remediate refund-payment pi_3Q…', does: 'one action’s form, prefilled' },
    { text: '/remediate list', does: 'open requests; `show REM-17` and `why REM-17` for details' },
    { text: '/remediate standing', does: 'standing approvals; `standing revoke REM-17` ends one' },
    { text: '/remediate freeze doubled payouts', does: 'stop all guarded actions; two people must lift it' },
  ],
  run: async (request, desk) => {
    const remediation = requireRemediation(desk);
    const [verb = '', ...rest] = request.text.trim().split(/\s+/);
    // A freeze decides by itself who may, because it must not wait for Slack.
    if (verb.toLowerCase() !== 'freeze') await requireMember(desk, request.person.userId, guardedActions);
    refuseCardNumber(request.text);
    const call = { request, rest, remediation, desk };
    if (/^REM-\d+$/i.test(verb)) return show({ ...call, rest: [verb] });
    await (verbs.get(verb.toLowerCase()) ?? startAction(verb))(call);
  },
  actions: clicks,
  menus: { [remediationMenu]: offered },
  submissions,
};

interface Call {
  request: CommandRequest;
  /** The words after the verb. */
  rest: readonly string[];
  remediation: RemediationService;
  desk: RemediateDeps;
}

type Verb = (call: Call) => Promise<void>;

/** Somebody who stops everything must not have to guess whether it worked. */
const freezeWithinMs = 1000;

const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>(
  Object.entries<Verb>({
    '': (call) => chooser(call, false),
    list: async (call) => {
      const { remediation } = call;
      const [open, count] = await Promise.all([remediation.open(), remediation.openCount()]);
      await tell(call, remediationListCard(open, count));
    },
    show,
    why: async (call) => tell(call, remediationWhyCard(await call.remediation.read(requireId(call.rest)))),
    cancel: async ({ request: { answer, person }, rest, remediation }) => {
      const id = requireId(rest);
      await remediation.cancel(id, person.userId);
      await answer.privately(noticeCard(`${id} is withdrawn. No action was taken.`));
    },
    standing,
    freeze: async ({ request: { answer, person }, rest, remediation }) => {
      const freezing = remediation.freezeAll(person.userId, rest.join(' '));
      if (await isLate(freezing, freezeWithinMs)) await answer.privately(freezeLateCard());
      await answer.privately(frozenCard(await freezing));
    },
    unfreeze: async ({ request: { answer, person }, remediation }) => {
      await answer.privately(liftCard(await remediation.lift(person.userId)));
    },
    'break-glass': async (call) => {
      const [action, ...rest] = call.rest;
      await (action === undefined
        ? chooser(call, true)
        : form({ ...call, rest }, requireTyped(call, action), true));
    },
  }),
);

/** Privately, under the freeze while it lasts. */
async function tell({ request: { answer }, remediation }: Call, card: Card): Promise<void> {
  await answer.privately(underFreeze(card, await remediation.freezeNow()));
}

const startAction =
  (verb: string): Verb =>
  (call) =>
    form(call, requireTyped(call, verb), false);

const chooser = (
  { request: { windows, person, channelId }, desk }: Call,
  breakGlass: boolean,
): Promise<void> =>
  openChooser({ windows, userId: person.userId, occasion: { channelId, breakGlass } }, desk);

function form(
  { request: { windows, channelId, person }, rest, remediation, desk }: Call,
  actionId: string,
  breakGlass: boolean,
): Promise<void> {
  const [id] = rest;
  const subject = id === undefined ? null : { kind: null, id };
  const action = requireAction(remediation, actionId);
  return openForm(
    { windows, userId: person.userId, action, subject, occasion: { channelId, breakGlass } },
    desk,
  );
}

/** A private copy, without buttons, because it is never rewritten. A plan that is longer opens in a window. */
async function show(call: Call): Promise<void> {
  const { links } = call.desk;
  const snapshot = await call.remediation.read(requireId(call.rest));
  if (!fitsOnCard(snapshot.plan)) await call.request.windows.open(planModal(snapshot, 0));
  await tell(call, remediationCard(snapshot, { live: false, ...(links && { links }) }));
}

/** Lists them, shows one, or revokes one; one person is enough to revoke. */
async function standing(call: Call): Promise<void> {
  const { request, rest, remediation } = call;
  const { answer, person } = request;
  const [word = 'list', ...more] = rest;
  switch (word.toLowerCase()) {
    case 'list':
      return tell(call, standingListCard(await remediation.standing()));
    case 'show':
      return show({ ...call, rest: more });
    case 'revoke': {
      const id = requireId(more);
      await remediation.revokeStanding(id, person.userId);
      return answer.privately(noticeCard(`${id} is revoked: it never acts again.`));
    }
    default:
      return show({ ...call, rest });
  }
}

/** Throws `not_found` with the nearest word. */
function requireTyped({ remediation }: Call, typed: string): string {
  const wanted = typed.toLowerCase();
  const actions = remediation.actions.map(({ id }) => id);
  if (actions.includes(wanted)) return wanted;
  const known = [...actions, ...[...verbs.keys()].filter((verb) => verb !== '')];
  const guess = nearest(wanted.slice(0, 60), known);
  throw new OpsError('not_found', `Unknown action “${redactCardNumbers(typed).slice(0, 60)}”.`, {
    hint:
      guess === null ? `The actions are: ${actions.join(', ')}.` : `Did you mean \`/remediate ${guess}\`?`,
  });
}

/** Throws `invalid`. */
function requireId([text = '']: readonly string[]): string {
  const number = /^(?:REM-)?(\d{1,12})$/i.exec(text)?.[1];
  if (number !== undefined) return `REM-${number}`;
  throw new OpsError('invalid', 'That isn’t a request ID.', {
    hint: 'Request IDs look like REM-17. `/remediate list` shows the open ones.',
  });
}
