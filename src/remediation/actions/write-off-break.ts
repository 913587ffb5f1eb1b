/**
 * Gives up the money of a break: the difference stays, and people stop looking for it.
 *
 * Invariant: what is written off is the difference that was approved, to the minor unit; a break that came to another
 * amount, or that was explained meanwhile, is not written off.
 * Reading back: the break names the request that wrote it off.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMoney, money, type Money } from '../../kernel/money.js';
import { fail, ok } from '../../kernel/result.js';
import type { WriteOffs } from '../../ports/breaks.js';
import type { Action, ActionFault, Preview, ReadBack, Step, Verification, World } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { plainTextField } from '../kit/plain-text.js';

type Params = { break: string; reason: string };

type Facts = {
  id: string;
  partner: string;
  /** As the configuration calls it. */
  name: string;
  kind: string;
  currency: string;
  /** Statement less ledger, in minor units. */
  differenceMinor: string;
  state: string;
};

export const writeOffBreak: Action = defineAction<Params, Facts>({
  id: 'write-off-break',
  title: 'Write off break',
  summary: 'Give up the difference of a reconciliation break',
  risk: 'medium',
  fields: {
    break: {
      label: 'Break',
      hint: 'As in `/recon breaks`, for instance BRK-12',
      input: { kind: 'text', placeholder: 'BRK-12' },
      parse: (typed) => {
        const number = /^(?:BRK-)?(\d{1,12})$/i.exec(typed.trim())?.[1];
        return number === undefined ? fail('is not a break ID such as BRK-12') : ok(`BRK-${number}`);
      },
    },
    reason: plainTextField('Reason', 300, 'Stored in the history of the break'),
  },
  prefills: { break: 'break' },
  offerFor: (thing) => (thing.kind === 'break' ? { text: 'Write off…', kind: 'break', id: thing.id } : null),
  read: readFacts,
  check,
  preview,
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const { id } = await writeOffsOf(world).writeOff({ id: facts.id, idempotencyKey, reason: params.reason });
    return { id, summary: summaryOf(facts) };
  },
  readBack,
  verify,
});

/** Throws `misconfigured`. */
function writeOffsOf({ writeOffs }: World): WriteOffs {
  if (writeOffs) return writeOffs;
  throw new OpsError('misconfigured', 'No statements are connected, so there are no breaks to write off.', {
    hint: 'Ask your Paydesk admin to add `statements` to partners in paydesk.yaml.',
  });
}

async function readFacts({ break: wanted }: Params, world: World): Promise<Facts> {
  const found = await writeOffsOf(world).find(wanted);
  const { id, partner, kind, currency, differenceMinor, state } = found;
  return {
    id,
    partner,
    name: world.partners.find((one) => one.id === partner)?.name ?? partner,
    kind,
    currency,
    differenceMinor: String(differenceMinor),
    // Who has it does not matter for giving it up.
    state: state === 'owned' ? 'open' : state,
  };
}

function check(_params: Params, { id, state, currency }: Facts): ActionFault[] {
  if (state === 'open' && currencyExponent(currency) === undefined)
    return [
      {
        field: 'break',
        message: `${id} is in “${currency}”, which is not an ISO 4217 currency, so nobody can approve its value. Explain it instead.`,
      },
    ];
  if (state === 'open') return [];
  const message =
    state === 'written_off'
      ? `${id} is already written off.`
      : `${id} is resolved: there is nothing to write off.`;
  return [{ field: 'break', message }];
}

const valueOf = ({ differenceMinor, currency }: Facts): Money => {
  const minor = BigInt(differenceMinor);
  return money(minor < 0n ? -minor : minor, currency);
};

const summaryOf = (facts: Facts): string => `${facts.id} written off: ${formatMoney(valueOf(facts))}`;

function preview({ reason }: Params, facts: Facts): Preview {
  const { id, name, kind, partner, differenceMinor } = facts;
  const amount = formatMoney(valueOf(facts));
  const side = BigInt(differenceMinor) < 0n ? 'less than our ledger says' : 'more than our ledger says';
  const statement =
    BigInt(differenceMinor) === 0n
      ? 'The statement and our ledger have the same amount'
      : `The statement has ${amount} ${side}`;
  return {
    headline: `Write off ${amount} of ${id} at ${name}`,
    changes: [
      `${id} (${kind.replaceAll('_', ' ')}): open → written off`,
      `${statement}; the ledger is not changed.`,
      `Reason: ${reason}`,
    ],
    affected: ['Its business day counts this break as closed.'],
    undo: `Reopen ${id} with a reason.`,
    irreversible: null,
    value: valueOf(facts),
    subject: { kind: 'break', id },
    partner,
    merchant: null,
  };
}

async function readBack({ facts, idempotencyKey, world }: Step<Params, Facts>): Promise<ReadBack> {
  const written = await writeOffsOf(world).writtenOffBy({ id: facts.id, idempotencyKey });
  if (written) return { kind: 'done', effect: { id: facts.id, summary: summaryOf(facts) } };
  return { kind: 'not_done', evidence: [`${facts.id} was not written off by this request.`] };
}

async function verify({ facts, idempotencyKey, world }: Step<Params, Facts>): Promise<Verification> {
  const written = await writeOffsOf(world).writtenOffBy({ id: facts.id, idempotencyKey });
  return written
    ? { kind: 'visible', evidence: `${facts.id} is written off.` }
    : { kind: 'not_yet', evidence: `${facts.id} does not show the write-off.` };
}
