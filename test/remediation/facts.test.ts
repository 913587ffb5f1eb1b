/** Amounts in facts: exact text that reads back as the same money. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { money } from '../../src/kernel/money.js';
import { moneyFact, moneyOfFact } from '../../src/remediation/kit/fields.js';

it('an amount in a fact reads back as it was, grouped, negative and in any currency', () => {
  const minors = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  fc.assert(
    fc.property(minors, fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, currency) => {
      const amount = money(minor, currency);
      expect(moneyOfFact(moneyFact(amount))).toEqual(amount);
    }),
  );
});

it.each(['', '12.50', 'EUR', '12.50 XXY', '1e3 EUR', '12.505 EUR'])('“%s” is no such fact', (fact) => {
  expect(() => moneyOfFact(fact)).toThrow('internal');
});
