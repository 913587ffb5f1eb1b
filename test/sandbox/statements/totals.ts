/**
 * Reads the files that the sandbox sends just far enough to add them up: per batch the gross, fee and payout. Written
 * apart from the writers, from the formats' public descriptions.
 */

interface Totals {
  count: number;
  gross: number;
  fee: number;
  /** What left the partner; null where the format does not say. */
  payout: number | null;
}

export type ByCurrency = Record<string, Totals>;
type Row = Record<string, string>;

const currencyDecimals: Record<string, number> = { USD: 2, GBP: 2, EUR: 2, JPY: 0, KWD: 3 };

/** Major units as text into minor units, strictly: exactly the decimals of the currency. */
function minor(text: string, currency: string): number {
  const decimals = currencyDecimals[currency] ?? 2;
  const shape = decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`);
  if (!shape.test(text)) throw new Error(`"${text}" is no amount in ${currency}`);
  return Number(text.replace('.', ''));
}

class Sums {
  readonly byCurrency: ByCurrency = {};
  private of(currency: string): Totals {
    return (this.byCurrency[currency] ??= { count: 0, gross: 0, fee: 0, payout: null });
  }
  line(currency: string, gross: number, fee: number): void {
    const totals = this.of(currency);
    totals.count += 1;
    totals.gross += gross;
    totals.fee += fee;
  }
  fee(currency: string, fee: number): void {
    this.of(currency).fee += fee;
  }
  payout(currency: string, amount: number): void {
    this.of(currency).payout = (this.of(currency).payout ?? 0) + amount;
  }
}

/** Fields of each line; quotes may hold delimiters, no field of ours holds a line end. */
const parse = (text: string, delimiter = ','): string[][] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}]*))(?:${delimiter}|$)`, 'g'))]
        .slice(0, line.endsWith(delimiter) ? undefined : -1)
        .map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? ''),
    );

function csv(text: string): Row[] {
  const [header = [], ...rows] = parse(text);
  return rows.map((row) => {
    if (row.length !== header.length) throw new Error(`${row.length} fields: ${row.join(',')}`);
    return Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']));
  });
}

export function stripeTotals(text: string): ByCurrency {
  const sums = new Sums();
  for (const row of csv(text)) {
    const currency = row.currency!.toUpperCase();
    const [gross, fee] = [minor(row.gross!, currency), minor(row.fee!, currency)];
    if (gross - fee !== minor(row.net!, currency)) throw new Error(`net of ${row.balance_transaction_id!}`);
    sums.line(currency, gross, fee);
  }
  return sums.byCurrency;
}

export function adyenTotals(text: string): ByCurrency {
  const sums = new Sums();
  for (const row of csv(text)) {
    const currency = row['Net Currency']!;
    const side = (what: string, unit: string): number =>
      minor(row[`${what} Credit (${unit})`]! || zero(currency), currency) -
      minor(row[`${what} Debit (${unit})`]! || zero(currency), currency);
    if (row.Type === 'MerchantPayout') sums.payout(currency, -side('Net', 'NC'));
    else {
      const fee = minor(row['Commission (NC)']!, currency);
      if (side('Gross', 'GC') - fee !== side('Net', 'NC')) throw new Error(`net of ${row['Psp Reference']!}`);
      sums.line(currency, side('Gross', 'GC'), fee);
    }
  }
  return sums.byCurrency;
}

const zero = (currency: string): string => (0).toFixed(currencyDecimals[currency]);

export function paypalTotals(text: string): ByCurrency {
  const sums = new Sums();
  const rows = parse(text);
  const columns = rows.find(([tag]) => tag === 'CH')!.slice(1);
  const body = rows.filter(([tag]) => tag === 'SB').map((row) => row.slice(1));
  const field = (row: string[], name: string): string => row[columns.indexOf(name)]!;
  const footers: Record<string, [credits: number, debits: number, fees: number]> = {};
  for (const row of body) {
    const currency = field(row, 'Gross Transaction Currency');
    const amount = Number(field(row, 'Gross Transaction Amount'));
    const gross = field(row, 'Transaction Debit or Credit') === 'DR' ? -amount : amount;
    const fee = Number(field(row, 'Fee Amount') || 0);
    const footer = (footers[currency] ??= [0, 0, 0]);
    footer[gross < 0 ? 1 : 0] += Math.abs(gross);
    footer[2] += fee;
    if (field(row, 'Transaction Event Code') === 'T0400') sums.payout(currency, -gross);
    else sums.line(currency, gross, fee);
  }
  for (const tag of ['SF', 'RF'])
    for (const [, currency, credits, debits, feeCredits, feeDebits] of rows.filter(([one]) => one === tag))
      if (
        `${credits!},${debits!},${feeCredits!},${feeDebits!}` !==
        `${footers[currency!]![0]},${footers[currency!]![1]},0,${footers[currency!]![2]}`
      )
        throw new Error(`${tag} of ${currency!}`);
  for (const tag of ['SC', 'RC', 'FF'])
    if (Number(rows.find(([one]) => one === tag)![1]) !== body.length) throw new Error(tag);
  return sums.byCurrency;
}

/** The two plain dialects: columns by position, decimals by mark; their totals lines are checked. */
export function plainTotals(text: string, comma: boolean): ByCurrency {
  const sums = new Sums();
  const [, ...rows] = parse(text, comma ? ';' : ',');
  for (const row of rows) {
    const currency = row[7]!;
    const [gross, fee, net] = row
      .slice(8)
      .map((amount) => minor(comma ? amount.replaceAll('.', '').replace(',', '.') : amount, currency)) as [
      number,
      number,
      number,
    ];
    if (gross - fee !== net) throw new Error(`net of ${row[2]!}`);
    if (row[0] === 'TOTAL' || row[0] === 'Summe') {
      const { count, gross: sum, fee: fees } = sums.byCurrency[currency]!;
      if (Number(row[5]) !== count || gross !== sum || fee !== fees) throw new Error(`total of ${currency}`);
    } else if (row[5] === 'payout' || row[5] === 'Auszahlung') sums.payout(currency, -gross);
    else sums.line(currency, gross, fee);
  }
  return sums.byCurrency;
}

export interface Account {
  currency: string;
  opening: number;
  closing: number;
  entries: { amount: number; kind: string; reference: string }[];
}

/** By tag, which is enough for files whose tags do not nest in themselves. */
const tags = (text: string, tag: string): string[] =>
  [...text.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner]) => inner!);
const tag = (text: string, name: string): string => {
  const [first] = tags(text, name);
  if (first === undefined) throw new Error(`no <${name}>`);
  return first;
};

export function camtAccounts(text: string): Account[] {
  return tags(text, 'Stmt').map((statement) => {
    const currency = tag(statement, 'Ccy');
    const signed = (part: string): number => {
      if (!part.includes(`<Amt Ccy="${currency}">`)) throw new Error('another currency');
      return minor(tag(part, 'Amt'), currency) * (tag(part, 'CdtDbtInd') === 'DBIT' ? -1 : 1);
    };
    const balance = (code: string): number =>
      signed(tags(statement, 'Bal').find((one) => tag(one, 'Cd') === code)!);
    const entries = tags(statement, 'Ntry').map((entry) => ({
      amount: signed(entry),
      kind: tag(entry, 'SubFmlyCd'),
      reference: tag(entry, 'EndToEndId'),
    }));
    if (Number(tag(tag(statement, 'TtlNtries'), 'NbOfNtries')) !== entries.length)
      throw new Error('NbOfNtries');
    return { currency, opening: balance('OPBD'), closing: balance('CLBD'), entries };
  });
}

export function mt940Accounts(text: string): Account[] {
  const amount = (sign: string, digits: string, currency: string): number => {
    const decimals = digits.split(',')[1] ?? '';
    if (decimals.length !== currencyDecimals[currency]) throw new Error(`${digits} in ${currency}`);
    return Number(digits.replace(',', '')) * (sign === 'D' ? -1 : 1);
  };
  return text
    .split(/-\}\r?\n/)
    .filter((message) => message.includes(':20:'))
    .map((message) => {
      const balance = (tag: string): { currency: string; amount: number } => {
        const [, sign, currency, digits] = new RegExp(`:${tag}:([CD])\\d{6}([A-Z]{3})([\\d,]+)`).exec(
          message,
        )!;
        return { currency: currency!, amount: amount(sign!, digits!, currency!) };
      };
      const { currency, amount: opening } = balance('60F');
      const entries = [
        ...message
          .replaceAll(/\r\n(?!:|-)/g, '')
          .matchAll(/:61:\d{10}([CD])([\d,]+)NTRF[^:]*:86:\/EREF\/([^/]+)\//g),
      ];
      return {
        currency,
        opening,
        closing: balance('62F').amount,
        entries: entries.map(([, sign, digits, reference]) => ({
          amount: amount(sign!, digits!, currency),
          kind: 'payout',
          reference: reference!,
        })),
      };
    });
}

/** Also holds every control total and record count to what is above it. */
export function bai2Accounts(text: string): Account[] {
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\/$/, '').split(','));
  const accounts: Account[] = [];
  let [count, control, group] = [0, 0, 0];
  for (const [tag, ...fields] of records) {
    const last = accounts.at(-1);
    if (tag === '03') {
      accounts.push({
        currency: fields[1]!,
        opening: Number(fields[3]),
        closing: Number(fields[7]),
        entries: [],
      });
      [count, control] = [0, Number(fields[3]) + Number(fields[7])];
    }
    count += 1;
    if (tag === '88' && fields[0] === '100') control += Number(fields[1]) + Number(fields[5]);
    if (tag === '16') {
      const isDebit = Number(fields[0]) >= 400;
      control += Number(fields[1]);
      last!.entries.push({
        amount: Number(fields[1]) * (isDebit ? -1 : 1),
        kind: fields[0]!,
        reference: fields[4]!,
      });
    }
    if (tag === '49' && (Number(fields[0]) !== control || Number(fields[1]) !== count)) throw new Error('49');
    if (tag === '49') group += control;
    if (tag === '98' && (Number(fields[0]) !== group || Number(fields[2]) !== records.length - 2))
      throw new Error('98');
    if (tag === '99' && (Number(fields[0]) !== group || Number(fields[2]) !== records.length))
      throw new Error('99');
  }
  return accounts;
}

/** A partner's account statement as a settlement. */
export function accountTotals(accounts: readonly Account[]): ByCurrency {
  const sums = new Sums();
  for (const { currency, entries } of accounts)
    for (const { amount, kind, reference } of entries) {
      const ofBatch = !reference.startsWith('ORD-');
      if (!ofBatch) sums.line(currency, amount, 0);
      else if (kind === 'CHRG' || kind === '698') sums.fee(currency, -amount);
      else sums.payout(currency, -amount);
    }
  return sums.byCurrency;
}
