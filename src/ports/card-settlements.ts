/**
 * How many card payments settled, from the optional view `card_settlements` of the company's books (docs/connect-your-books.md).
 */
import type { Span } from './dispute-register.js';

export interface CardSettlements {
  /** Null where the books have no such view, or cannot be asked now. */
  count(span: Span, network: string): Promise<number | null>;
}
