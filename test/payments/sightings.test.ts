/**
 * What people remember of a payment, as they type it: which digits, amounts and days are read from it, and why.
 * It is Friday 27 November 2026, 10:30 in Lisbon, whose clocks show UTC then.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import { recognise } from '../../src/payments/identifiers.js';
import { sightings } from '../../src/payments/sightings.js';

const asked = { at: new Date('2026-11-27T10:30:00Z'), timeZone: 'Europe/Lisbon' };

/** Labels without the zone that all of them name. */
function labels(text: string): string[] {
  const read = recognise(text, asked);
  const found = read.ok ? read.value : [];
  return found.flatMap((each) => (each.kind === 'card' ? [each.label.replace(' (Europe/Lisbon)', '')] : []));
}

describe('digits, amount and day in any order', () => {
  it.each([
    ['1563 49.00 yesterday', '•••• 1563, 49.00, 26 Nov 2026', 'the plain way'],
    ['yesterday 49.00 1563', '•••• 1563, 49.00, 26 Nov 2026', 'another order'],
    ['last4 1563', '•••• 1563', 'a word before the digits'],
    ['last 4: 1563', '•••• 1563', 'with a colon'],
    ['last four digits 1563', '•••• 1563', 'in words'],
    ['ending in 1563, $49', '•••• 1563, 49 USD/CAD/AUD/…', 'a sign of several currencies'],
    ['••1563 49.00', '•••• 1563, 49.00', 'dots'],
    ['****1563 49.00', '•••• 1563, 49.00', 'stars'],
    ['xxxx-1563 49.00', '•••• 1563, 49.00', 'crosses'],
    ['*1563 49', '•••• 1563, 49', 'one star'],
    ['visa 1563 for 49.00 EUR on 27 Nov', '•••• 1563, 49.00 EUR, 27 Nov 2026', 'a sentence'],
    ['card ending 1563 2000', '•••• 1563, 2000', 'marked digits leave the other four to the amount'],
    ['$49.00 27 Nov', '49.00 USD/CAD/AUD/…, 27 Nov 2026', 'no digits of a card'],
    ['49,00', '49.00', 'an amount alone'],
    ['49 EUR', '49 EUR', 'an amount with its currency'],
    ['27.11.2026', '27 Nov 2026', 'a day alone'],
    ['42 today', '42, 27 Nov 2026', 'a bare number beside a day is an amount'],
    ['“1563” 49.00', '•••• 1563, 49.00', 'digits in quotes'],
    ['١٥٦٣ ٤٩٫٠٠', '•••• 1563, 49.00', 'another script, with its decimal mark'],
    ['1563 49.00 27.11', '•••• 1563, 49.00, 27 Nov 2026', 'two decimals: one of them is a day'],
    ['11-27 49.00', '49.00, 27 Nov 2026', 'the month first, with a dash'],
    ['27-11 49.00', '49.00, 27 Nov 2026', 'the day first, with a dash'],
    ['1563 49.00 11/27', '•••• 1563, 49.00, 27 Nov 2026', 'the month first, with a stroke'],
  ])('%s → %s: %s', (text, expected) => {
    expect(labels(text)).toEqual([expected]);
  });

  it.each([
    ['1563', ['•••• 1563'], 'four digits alone'],
    ['1563 2000', ['•••• 1563, 2000', '•••• 2000, 1563'], 'either may be the digits'],
    ['42', [], 'a bare number is an identifier, no amount'],
    [
      '1563 49.00 yesteday',
      ['•••• 1563, 49.00 (without “yesteday”)'],
      'a misspelt day is left out, and said',
    ],
    ['gestern 49,00', ['49.00 (without “gestern”)'], 'another language'],
    ['refund 1563 noon yesterday', ['•••• 1563, 26 Nov 2026 (without “refund”, “noon”)'], 'two such words'],
    ['hello 42', [], 'a bare number is no amount beside one either'],
    ['see you today', [], 'a day alone is not searched for'],
    ['please call me back in 20 minutes', [], 'a sentence about something else'],
    ['where is ORD-10423', [], 'what is left has to be understood'],
    ['1563 49.00 50.00 51.00', [], 'too many amounts'],
    ['1563 49.00 31.02.2026', [], 'a day that no calendar has'],
  ])('%s → %j: %s', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });
});

describe('amounts', () => {
  it.each([
    ['$49.00', '49.00 USD/CAD/AUD/…'],
    ['49.00$', '49.00 USD/CAD/AUD/…'],
    ['US$49', '49 USD'],
    ['A$ 49', '49 AUD'],
    ['49,00 €', '49.00 EUR'],
    ['€49,00', '49.00 EUR'],
    ['EUR 49', '49 EUR'],
    ['eur49.5', '49.5 EUR'],
    ['49.00gbp', '49.00 GBP'],
    ['£1,250', '1250 GBP'],
    ['¥1250', '1250 JPY/CNY'],
    ['1250 JPY', '1250 JPY'],
    ['₹1,25,000.00', '125000.00 INR'],
    ["CHF 1'250.00", '1250.00 CHF'],
    ['1 250,00 EUR', '1250.00 EUR'],
    ['EUR 1 250', '1250 EUR'],
    ['1\u202f250,00 €', '1250.00 EUR'],
    ['1.250,00', '1250.00'],
    ['1,250.00', '1250.00'],
    ['1.234.567,89 €', '1234567.89 EUR'],
    ['49,- €', '49 EUR'],
    ['49.– CHF', '49 CHF'],
    ['49 kr', '49 SEK/NOK/DKK/…'],
    ['199 zł', '199 PLN'],
    ['R$ 49,90', '49.90 BRL'],
    ['1_250.00', '1250.00'],
    ['-49.00', '49.00'],
    ['$1.250', '1250 USD/CAD/AUD/…'],
  ])('%s → %s', (text, expected) => {
    expect(labels(text)).toEqual([expected]);
  });

  it('one mark before three digits may be thousands or decimals, where the currency leaves it open', () => {
    expect(labels('1.250')).toEqual(['1.250', '1250']);
    expect(labels('1,250')).toEqual(['1250', '1.250']);
    expect(labels('1.250 KWD')).toEqual(['1.250 KWD', '1250 KWD']);
    expect(labels('1.250 EUR')).toEqual(['1250 EUR']);
  });

  it('a sign says which currencies are meant', () => {
    const [read] = sightings('$49', asked);
    expect(read?.sighting.currencies).toEqual(expect.arrayContaining(['USD', 'CAD', 'AUD']));
    expect(sightings('49 kr', asked)[0]?.sighting.currencies).toEqual(['SEK', 'NOK', 'DKK', 'ISK']);
    expect(sightings('49.00', asked)[0]?.sighting.currencies).toBeUndefined();
  });
});

describe('days', () => {
  it.each([
    ['2026-11-20', '20 Nov 2026', 'ISO 8601'],
    ['2026/11/20', '20 Nov 2026', 'with slashes'],
    ['20261120', '20 Nov 2026', 'without marks'],
    ['20.11.2026', '20 Nov 2026', 'day first, with dots'],
    ['20.11.26', '20 Nov 2026', 'a short year'],
    ['20.11.', '20 Nov 2026', 'no year'],
    ['20/11', '20 Nov 2026', 'a month of 20 there is none'],
    ['11/20/2026', '20 Nov 2026', 'month first, because no other order fits'],
    ['20 Nov', '20 Nov 2026', 'a short month'],
    ['20 November 2026', '20 Nov 2026', 'a long one'],
    ['Nov 20', '20 Nov 2026', 'month first'],
    ['Nov 20, 2026', '20 Nov 2026', 'with a comma'],
    ['20th of November', '20 Nov 2026', 'in words'],
    ['20-Nov-2026', '20 Nov 2026', 'as banks write'],
    ['20. November', '20 Nov 2026', 'as Germans write'],
    ['Fri 20 Nov', '20 Nov 2026', 'with its weekday'],
    ['30 Dec', '30 Dec 2025', 'the latest one that is past'],
    ['29 Feb', '29 Feb 2024', 'the latest that there was'],
    ['today', '27 Nov 2026', 'today'],
    ['Yesterday', '26 Nov 2026', 'yesterday'],
    ['day before yesterday', '25 Nov 2026', 'two days ago'],
    ['3 days ago', '24 Nov 2026', 'counted'],
    ['a week ago', '20 Nov 2026', 'a week'],
    ['Monday', '23 Nov 2026', 'the latest Monday'],
    ['on tue', '24 Nov 2026', 'short'],
    ['last Friday', '20 Nov 2026', 'not today, although today is one'],
    ['20–24 Nov', '20 Nov 2026 – 24 Nov 2026', 'a range of one month'],
    ['Nov 20-24', '20 Nov 2026 – 24 Nov 2026', 'the month first'],
    ['20 Nov - 24 Nov', '20 Nov 2026 – 24 Nov 2026', 'two days'],
    ['2026-11-20..2026-11-24', '20 Nov 2026 – 24 Nov 2026', 'two dots'],
    ['from 20.11. to 24.11.', '20 Nov 2026 – 24 Nov 2026', 'in words'],
    ['28 Dec to 3 Jan', '28 Dec 2025 – 3 Jan 2026', 'over new year'],
    ['since Monday', '23 Nov 2026 – 27 Nov 2026', 'until now'],
    ['this week', '23 Nov 2026 – 27 Nov 2026', 'a week begins on Monday'],
    ['last week', '16 Nov 2026 – 22 Nov 2026', 'the whole of it'],
    ['last month', '1 Oct 2026 – 31 Oct 2026', 'the whole of it'],
    ['last 3 days', '24 Nov 2026 – 27 Nov 2026', 'counted back'],
    ['in October', '1 Oct 2026 – 31 Oct 2026', 'a month'],
    ['Feb 2024', '1 Feb 2024 – 29 Feb 2024', 'a leap month'],
    ['yesterday 14:30', '26 Nov 2026 about 14:30', 'a time'],
    ['yesterday at 2:30 pm', '26 Nov 2026 about 14:30', 'twelve hours'],
    ['14:30', '27 Nov 2026 about 14:30', 'today is meant'],
  ])('%s → %s: %s', (text, expected) => {
    expect(labels(`1563 49.00 ${text}`)).toEqual([`•••• 1563, 49.00, ${expected}`]);
    expect(labels(`${text} 49.00 1563`)).toEqual([`•••• 1563, 49.00, ${expected}`]);
  });

  it.each([
    ['03/04/2026', ['3 Apr 2026', '4 Mar 2026'], 'day first or month first'],
    ['3/4', ['3 Apr 2026', '4 Mar 2026'], 'without a year'],
    ['03-04-2026', ['3 Apr 2026', '4 Mar 2026'], 'with dashes'],
    ['03.04.2026', ['3 Apr 2026'], 'with dots the day is first'],
    ['Friday', ['27 Nov 2026', '20 Nov 2026'], 'said on a Friday'],
    ['05/05/2026', ['5 May 2026'], 'either order is the same day'],
  ])('%s → %j: %s', (text, expected) => {
    expect(labels(`1563 ${text}`)).toEqual(expected.map((day) => `•••• 1563, ${day}`));
  });

  it.each([
    ['Europe/Lisbon', '2026-11-26T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
    ['Asia/Tokyo', '2026-11-25T15:00:00.000Z', '2026-11-26T15:00:00.000Z'],
    ['America/Sao_Paulo', '2026-11-26T03:00:00.000Z', '2026-11-27T03:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-25T18:15:00.000Z', '2026-11-26T18:15:00.000Z'],
  ])('begin and end at midnight in %s', (timeZone, from, to) => {
    const [read] = sightings('1563 26 Nov', { ...asked, timeZone });
    expect(read?.sighting.during).toEqual({ from: new Date(from), to: new Date(to) });
  });

  it('today is the asker’s: it is tomorrow in Tokyo already', () => {
    const late = { at: new Date('2026-11-26T22:00:00Z'), timeZone: 'Asia/Tokyo' };
    expect(sightings('1563 today', late)[0]?.label).toBe('•••• 1563, 27 Nov 2026 (Asia/Tokyo)');
  });

  it.each([
    ['2026-03-29', 23, 'the clocks go forward'],
    ['2026-10-25', 25, 'the clocks go back'],
  ])('%s has %i hours in Lisbon: %s', (day, hours) => {
    const { from, to } = sightings(`1563 ${day}`, asked)[0]!.sighting.during!;
    expect(to.getTime() - from.getTime()).toBe(hours * 3_600_000);
  });
});

describe('card numbers', () => {
  it('digits, amount and day together are never taken for one, whatever they are', () => {
    const digits = fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0'));
    const cents = fc.integer({ min: 100, max: 99_999 }).map((n) => (n / 100).toFixed(2));
    const day = fc
      .integer({ min: 0, max: 5000 })
      .map((n) => new Date(Date.UTC(2015, 0, 1 + n)).toISOString().slice(0, 10));
    fc.assert(
      fc.property(digits, cents, day, (last4, amount, iso) => {
        for (const written of [iso, iso.split('-').reverse().join('.'), iso.split('-').reverse().join('/')])
          expect(recognise(`${last4} ${amount} ${written}`, asked).ok, written).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '4242 4242 4242 4242',
    '4242-4242-4242-4242 27 Nov',
    '4242 4242 4242 4242 27.11.2026',
    '4242424242424242 49.00 today',
  ])('%s is refused', (text) => {
    expect(containsCardNumber(text)).toBe(true);
    expect(recognise(text, asked)).toMatchObject({ fault: { reason: 'card_number' } });
  });
});

it('never throws, and reads at most eight ways', () => {
  const word = fc.constantFrom(
    '1563',
    '49.00',
    '1,250',
    '$',
    'EUR',
    '27 Nov',
    '3/4',
    'friday',
    'to',
    '-',
    '14:30',
    'since',
    '31.02.',
    'x',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 7 }), (words) => {
      expect(sightings(words.join(' '), asked).length).toBeLessThanOrEqual(8);
    }),
  );
});
