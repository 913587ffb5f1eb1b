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

/** Null for a lookup by the id of a payment, an order or anything else that is not a person. */
export const personalQueryOf = (identifiers: readonly Identifier[]): PersonalQuery | null =>
  identifiers.map(personalReading).find((reading) => reading !== null) ?? null;

function personalReading(identifier: Identifier): PersonalQuery | null {
  if (identifier.kind === 'card') return { by: 'card', masked: identifier.label };
  if (identifier.kind === 'object' && identifier.object === 'customer')
    return { by: 'customer', masked: identifier.id };
  const isEmail = identifier.kind === 'reference' && identifier.columns.includes('customer_email');
  return isEmail ? { by: 'email', masked: maskEmail(identifier.value) } : null;
}

/** Whether looking a text up starts from a person. Which days it may name changes nothing about that. */
export function startsFromPerson(text: string): boolean {
  const recognised = recognise(text, { at: new Date(0), timeZone: 'UTC' });
  return recognised.ok && personalQueryOf(recognised.value) !== null;
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
      return [lookup.report.id];
    case 'candidates':
      return lookup.candidates.map(({ query }) => query);
  }
}
