/**
 * Writes a letter to a partner's support desk.
 *
 * Invariants: what leaves is what was shown, character by character, to the one address that the configuration has; no
 * line of a letter can pass for a line of the plan; the same plan always has the same Message-ID.
 * Reading back: a mail server cannot be asked whether it sent an e-mail, so a person has to look.
 */
import { digestOf } from '../../kernel/canonical-json.js';
import { OpsError } from '../../kernel/errors.js';
import type { Acceptance, Letter, Mail } from '../../ports/mail.js';
import type {
  Action,
  ActionFault,
  Effect,
  Preview,
  ReadBack,
  Step,
  Verification,
  World,
} from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { partnerField } from '../kit/fields.js';
import { plainLineField, plainTextField } from '../kit/plain-text.js';

type Params = { partner: string; subject: string; text: string };

type Facts = { partner: string; name: string; contact: string | null };

export const messagePartner: Action = defineAction<Params, Facts>({
  id: 'message-partner',
  title: 'Write to partner',
  summary: 'E-mail a partner’s support desk',
  risk: 'high',
  closedWords: 'accepted by the mail server',
  fields: {
    partner: partnerField('Partner'),
    subject: plainLineField('Subject', 150),
    text: plainTextField('Text', 5_000),
  },
  prefills: { partner: 'partner' },
  offerFor: (thing) =>
    thing.kind === 'partner' || thing.kind === 'break'
      ? { text: 'Message…', kind: thing.kind, id: thing.id }
      : null,
  // Any number of letters may leave at a time.
  contends: () => [],
  read: ({ partner }, world) => Promise.resolve().then(() => readFacts(partner, world)),
  check: (_params, facts) => check(facts),
  preview,
  execute: async (step) => {
    const letter = letterOf(step);
    return effectOf(await mailOf(step.world).send(letter), letter);
  },
  readBack: (step) => Promise.resolve(untold(letterOf(step))),
  verify: (_step, effect) => Promise.resolve(verified(effect)),
});

/** Throws `misconfigured` where no mail server is connected. */
function mailOf({ mail }: World): Mail {
  if (mail) return mail;
  throw new OpsError('misconfigured', 'No mail server is connected.', {
    hint: 'Ask your Paydesk admin to set mail.from in paydesk.yaml and SMTP_URL.',
  });
}

function readFacts(id: string, world: World): Facts {
  mailOf(world);
  const partner = world.partners.find((one) => one.id === id);
  if (!partner) throw new OpsError('not_found', `Partner ${id} is not configured.`);
  return { partner: id, name: partner.name, contact: partner.contact };
}

const check = ({ name, contact }: Facts): ActionFault[] =>
  contact === null
    ? [
        {
          field: 'partner',
          message: `${name} has no contact address. Ask your Paydesk admin to set its contact under partners in paydesk.yaml.`,
        },
      ]
    : [];

function preview({ subject, text }: Params, { partner, name, contact }: Facts): Preview {
  return {
    headline: `Write to ${name}: “${subject}”`,
    changes: [`To: ${contact ?? ''}`, `Subject: ${subject}`, `Text:\n${quoted(text)}`],
    affected: [`${name}’s support desk gets this e-mail. Replies go to the address that Paydesk sends from.`],
    undo: null,
    irreversible: 'A sent e-mail can’t be recalled.',
    value: null,
    subject: { kind: 'partner', id: partner },
    partner,
    merchant: null,
  };
}

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** Of a plan that passed its check. */
function letterOf({ params, facts, idempotencyKey }: Step<Params, Facts>): Letter {
  const { subject, text } = params;
  if (facts.contact === null) throw new OpsError('internal', 'A plan writes to nobody.');
  // A digest, because a key may have characters, and a length, that a Message-ID has not.
  const messageId = `paydesk.${digestOf(idempotencyKey).slice(0, 32)}`;
  return { to: facts.contact, subject, text, messageId };
}

const effectOf = ({ messageId, response }: Acceptance, { to }: Letter): Effect => ({
  id: messageId,
  summary: `The mail server accepted the e-mail to ${to}: “${response.slice(0, 200)}”, Message-ID ${messageId}.`,
});

const untold = ({ to, subject, messageId }: Letter): ReadBack => ({
  kind: 'cannot_tell',
  evidence: [
    `Look for Message-ID <${messageId}@…> in the mail server’s log, or in the Sent folder of the address that Paydesk sends from.`,
    `Or ask ${to} whether “${subject}” arrived.`,
  ],
});

const verified = ({ summary }: Effect): Verification => ({
  kind: 'visible',
  evidence: `${summary} Delivery after that can’t be verified.`,
});
