/**
 * Which lookups reveal whose payments somebody made: those that start from a person, not from a payment.
 */
import { maskEmail } from '../kernel/sensitive.js';
import { recognise, type Identifier } from './identifiers.js';
import type { Lookup } from './lookup.js';

export interface PersonalQuery {
  by: 'email' | 'card' | 'customer';
  /** Enough to recognise what was asked for, too little to learn it. */
  masked: string;
}

/** Null for a lookup by the id of a payment, an order or anything else that is no person. */
export function personalQueryOf(text: string): PersonalQuery | null {
  const recognised = recognise(text);
  if (!recognised.ok) return null;
  return recognised.value.map(personalReading).find((reading) => reading !== null) ?? null;
}

function personalReading(identifier: Identifier): PersonalQuery | null {
  if (identifier.kind === 'card') {
    const { last4, amountMajor, day } = identifier.sighting;
    const known = [`•••• ${last4}`, amountMajor, day?.toISOString().slice(0, 10)];
    return { by: 'card', masked: known.filter((part) => part !== undefined).join(' ') };
  }
  if (identifier.kind === 'object' && identifier.object === 'customer')
    return { by: 'customer', masked: identifier.id };
  const isEmail = identifier.kind === 'reference' && identifier.columns.includes('customer_email');
  return isEmail ? { by: 'email', masked: maskEmail(identifier.value) } : null;
}

/** The payments that an answer reveals; null for an answer that reveals nothing about anybody. */
export function revealedBy(lookup: Lookup): string[] | null {
  switch (lookup.kind) {
    case 'refused':
    case 'searching':
      return null;
    case 'nothing':
      return [];
    case 'trace':
      return [lookup.trace.findings.id];
    case 'payout':
      return [lookup.payout.id];
    case 'candidates':
      return lookup.candidates.map(({ query }) => query);
  }
}
