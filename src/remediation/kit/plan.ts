/**
 * The plan as it is kept: one text, its hash, and the lines that people approve.
 *
 * Invariants: the text is canonical, so the same plan has one hash; what is read back must have the hash that was
 * approved; the lines are made from the plan alone, so that they can be shown again years later as they were.
 */
import { canonicalJson, digestOf, type Json, type JsonObject } from '../../kernel/canonical-json.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMajor, formatMoney, parseMajor, type Money } from '../../kernel/money.js';
import type { Plan, Preview } from './action.js';

export interface FrozenPlan {
  text: string;
  /** SHA-256 of the text, 64 hexadecimal digits. */
  hash: string;
}

export function freeze(plan: Plan): FrozenPlan {
  const { value, ...preview } = plan.preview;
  const json = {
    action: plan.action,
    typed: plan.typed,
    facts: plan.facts,
    contends: plan.contends,
    preview: { ...preview, value: value && { amount: formatMajor(value), currency: value.currency } },
  } as unknown as JsonObject;
  return { text: canonicalJson(json), hash: digestOf(json) };
}

/** Throws `conflict` when the text is not the one that was hashed. */
export function thaw({ text, hash }: FrozenPlan): Plan {
  const json = JSON.parse(text) as Plan & { preview: { value: { amount: string; currency: string } | null } };
  if (digestOf(json as unknown as Json) !== hash)
    throw new OpsError('conflict', 'The stored plan is not the one that was approved.');
  return { ...json, preview: { ...json.preview, value: moneyOf(json.preview.value) } };
}

function moneyOf(value: { amount: string; currency: string } | null): Money | null {
  const parsed = value && parseMajor(value.amount, value.currency);
  return parsed?.ok ? parsed.value : null;
}

/** What an approver sees and approves, line by line; plain text. */
export function linesOf({ headline, changes, affected, undo, irreversible, value }: Preview): string[] {
  return [
    headline,
    ...(value ? [`At stake: ${formatMoney(value)}`] : []),
    ...changes.map((line) => `Changes: ${line}`),
    ...affected.map((line) => `Affects: ${line}`),
    ...(undo === null ? [] : [`To undo: ${undo}`]),
    ...(irreversible === null ? [] : [`Cannot be undone: ${irreversible}`]),
  ];
}
