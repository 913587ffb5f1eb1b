/**
 * What a person remembers of a payment: `1563 49.00 yesterday`, `$49.00 27 Nov`, `last4 1563`, in any order.
 *
 * Invariants: every word of the text is understood, or the label names those that were left out; what can be meant in
 * several ways gives all of its readings, the likeliest first; days are the asker's.
 */
import { isCurrency } from '../kernel/currency.js';
import { parseMajor } from '../kernel/money.js';
import { addDays, dayIn, instantAt, startOfDay } from '../kernel/time-zone.js';
import type { CardSighting } from '../ports/books.js';
import { amountOf, currenciesOf, joinThousands, type WrittenAmount } from './amounts.js';
import { readDays, readTime, type DayRange } from '../kernel/written-days.js';

/** When and where a text was written: which day is today, and when it begins. */
export interface Asked {
  at: Date;
  timeZone: string;
}

export interface Sighting {
  sighting: CardSighting;
  /** How the text was understood, for people: `•••• 1563, 49.00, 27 Nov 2026`. */
  label: string;
}

/** Digits, amount, currency and a range of days in words are shorter. */
const longestText = 120;
/** A text with more words that mean nothing here is about something else. */
const mostIgnored = 3;
/** More readings than this are guesses. */
const mostReadings = 8;

const markedLast4 =
  /(?:last[ -]?(?:4|four)(?: digits)?|ending(?: in| with)?|ends (?:in|with)|card(?: (?:number|no))?|[•*·.x#]{2,}|(?<!\S)[*x#](?=\d{4}(?!\d)))[ :=#.-]*(\d{4})(?![\d.,]*\d)/i;
const filler =
  /^(?:card|cards|ending|ends|with|in|last4?|last-4|four|digits?|on|for|of|the|an?|at|about|around|approx|circa|ca|payments?|amount|from|by|and|paid|visa|mastercard|amex|maestro|discover|debit|credit|x{2,}|[•*.·…,;:@~≈=–-]+)$/i;

export function sightings(text: string, asked: Asked): Sighting[] {
  if (text.length > longestText) return [];
  const strict = readAll(text, asked, {});
  return (strict.length > 0 ? strict : readAll(text, asked, { isLoose: true })).slice(0, mostReadings);
}

/** Of a text with words that mean nothing here, such as a misspelt day: what the rest of it says. */
export function sightingsAmong(text: string, asked: Asked): Sighting[] {
  if (text.length > longestText) return [];
  const ignored: string[] = [];
  const found = readAll(text, asked, { isLoose: true, ignored }).filter(
    ({ sighting: { last4, amountMajor } }) => last4 !== undefined || amountMajor !== undefined,
  );
  if (ignored.length > mostIgnored) return [];
  const left = ` (without ${ignored.map((word) => `“${word}”`).join(', ')})`;
  return found.slice(0, mostReadings).map(({ sighting, label }) => ({ sighting, label: `${label}${left}` }));
}

/** The text without its day, which beside four digits would pass for a part of a card number. */
export function withoutDays(text: string): string {
  const days = readDays(text, '2000-01-01');
  return days && days.readings.length > 0 ? days.rest : text;
}

interface Reader {
  /** `27.11` is a day too. */
  isLoose?: boolean;
  /** Takes the words without a digit that mean nothing here. */
  ignored?: string[];
}

function readAll(text: string, asked: Asked, { isLoose = false, ignored }: Reader): Sighting[] {
  const today = dayIn(asked.at, asked.timeZone);
  const timed = readTime(text);
  const days = readDays(timed?.rest ?? text, today, isLoose);
  const ranges = days ? days.readings : timed ? [{ from: today, to: today }] : [null];
  const parts = partsOf(days?.rest ?? timed?.rest ?? text, ignored);
  if (!parts) return [];
  return ranges.flatMap((range) =>
    readingsOf(parts, range !== null).map((reading) =>
      sightingOf(reading, range, timed?.time ?? null, asked),
    ),
  );
}

interface Parts {
  /** Said to be the last four digits. */
  marked: string | null;
  numbers: { word: string; amount: WrittenAmount }[];
  currencies: readonly string[] | null;
}

/** Null where a word is left that means nothing here. */
function partsOf(text: string, ignored?: string[]): Parts | null {
  const found = markedLast4.exec(text);
  const rest = joinThousands(found ? text.replace(found[0], ' ') : text);
  const parts: Parts = { marked: found?.[1] ?? null, numbers: [], currencies: null };
  for (const word of rest.split(/[\s;]+/).map((each) => each.replace(/^["“”„'‘’]+|["“”„'‘’,]+$/g, ''))) {
    const currencies = currenciesOf(word);
    const amount = amountOf(word);
    if (currencies) parts.currencies = currencies;
    else if (amount) parts.numbers.push({ word, amount });
    else if (word === '' || filler.test(word)) continue;
    else if (ignored && !/\d/.test(word)) ignored.push(word);
    else return null;
  }
  return parts;
}

interface Reading {
  last4: string | null;
  amount: string | null;
  currencies: readonly string[] | null;
}

function readingsOf({ marked, numbers, currencies }: Parts, hasDay: boolean): Reading[] {
  const withAmount = (last4: string | null, amount: WrittenAmount | undefined): Reading[] => {
    const meant = amount?.currencies ?? currencies;
    if (!amount) return [{ last4, amount: null, currencies: last4 === null ? null : meant }];
    return fitting(amount.majors, meant).map((major) => ({ last4, amount: major, currencies: meant }));
  };
  if (marked !== null) return numbers.length > 1 ? [] : withAmount(marked, numbers[0]?.amount);
  const withDigits = numbers.flatMap(({ word }, place) => {
    const others = numbers.toSpliced(place, 1);
    const isLast4 = /^\d{4}$/.test(word) && others.length < 2 && !(others.length === 0 && currencies);
    return isLast4 ? withAmount(word, others[0]?.amount) : [];
  });
  const [only] = numbers;
  if (!only) return hasDay ? withAmount(null, undefined) : [];
  const isAmount =
    only.amount.currencies !== null ||
    currencies !== null ||
    /\d[.,]/.test(only.word) ||
    (hasDay && !/^\d{4}$/.test(only.word));
  return [...withDigits, ...(numbers.length === 1 && isAmount ? withAmount(null, only.amount) : [])];
}

/** Those readings of an amount that one of the currencies can hold. */
const fitting = (majors: readonly string[], currencies: readonly string[] | null): string[] =>
  majors.filter((major) =>
    (currencies ?? ['KWD']).some((code) => isCurrency(code) && parseMajor(major, code).ok),
  );

function sightingOf(
  { last4, amount, currencies }: Reading,
  range: DayRange | null,
  time: string | null,
  asked: Asked,
): Sighting {
  const during = range && duringOf(range, time, asked.timeZone);
  const sighting: CardSighting = {
    ...(last4 !== null && { last4 }),
    ...(amount !== null && { amountMajor: amount }),
    ...(currencies && { currencies }),
    ...(during && { during }),
  };
  const money = [amount, currencies && currencyLabel(currencies)].filter((part) => part !== null).join(' ');
  const known = [
    last4 === null ? null : `•••• ${last4}`,
    money === '' ? null : money,
    range === null
      ? null
      : `${rangeLabel(range)}${time === null ? '' : ` about ${time}`} (${asked.timeZone})`,
  ];
  return { sighting, label: known.filter((part) => part !== null).join(', ') };
}

const mostNamedCurrencies = 3;

/** `USD`, `JPY/CNY`, `USD/CAD/AUD/…`: a sign may mean several, and a payment in another currency was not looked for. */
const currencyLabel = (currencies: readonly string[]): string =>
  [
    ...currencies.slice(0, mostNamedCurrencies),
    ...(currencies.length > mostNamedCurrencies ? ['…'] : []),
  ].join('/');

function duringOf(
  { from, to }: DayRange,
  time: string | null,
  timeZone: string,
): NonNullable<CardSighting['during']> {
  const days = { from: startOfDay(from, timeZone), to: startOfDay(addDays(to, 1), timeZone) };
  return time === null ? days : { ...days, near: instantAt(from, time, timeZone) };
}

export const dayLabel = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
    .format(new Date(day))
    .replace('Sept', 'Sep');

const rangeLabel = ({ from, to }: DayRange): string =>
  from === to ? dayLabel(from) : `${dayLabel(from)} – ${dayLabel(to)}`;
