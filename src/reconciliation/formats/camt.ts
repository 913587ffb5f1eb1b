/**
 * ISO 20022 bank reports: camt.052 (intraday), camt.053 (statement) and camt.054 (notification), every version.
 *
 * Invariants: the credit or debit indicator alone gives the sign, so a reversal keeps its own; an entry with several
 * details gives one row per detail when each detail has an amount, and one row otherwise.
 * Source: ISO 20022 message definitions, Bank-to-Customer Cash Management.
 */
import { orNoStatement, problem, type Problem } from '../problems.js';
import { balanceFacts, checkBalances } from './balances.js';
import { entryMoney, notBooked, readEntry, readMoney } from './camt-entry.js';
import { decimalText, isSameAmount, readAmount, totalOf, type ExactAmount } from './decimal.js';
import type { StatementFacts, StatementFormat, StatementItem } from './format.js';
import { childrenNamed, nodeAt, readXml, textAt, type XmlNode } from './xml.js';

export const camt: StatementFormat = {
  id: 'camt',
  title: 'ISO 20022 camt.052, camt.053 or camt.054',
  recognises: (head) => /<(?:[\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|camt\.05[234]\./.test(head),
  parse: (text) => orNoStatement(parseCamt(text)),
};

/** ISO 4217 for no currency at all. */
const noCurrency = 'XXX';

const reports = new Set(['Stmt', 'Rpt', 'Ntfctn']);

const isEntry = ({ name }: XmlNode): boolean => name === 'Ntry';

function* parseCamt(text: string): Generator<StatementItem, void, undefined> {
  let report = null as Report | null;
  for (const item of readXml(text, isEntry, reports)) {
    if (item.type === 'problem') yield item;
    else if (item.type === 'tree' && !reports.has(item.node.parent?.name ?? ''))
      yield problem(item.node.line, 'no_statement', 'an entry outside of all statements', 'Ntry');
    else if (item.type === 'tree' && item.node.parent) {
      if (report?.node !== item.node.parent)
        yield* (report = new Report(item.node.parent)).begin(nodeAt(item.node, 'Amt')?.attributes.Ccy);
      yield* report.entry(item.node);
    } else if (item.type === 'end') {
      if (report?.node !== item.node) yield* (report = new Report(item.node)).withoutEntries();
      yield* report.end();
      report = null;
    }
  }
}

/** One statement, report or notification. Everything but its entries stands before them. */
class Report {
  /** Entries and not rows: what the bank keeps of a batch is in no detail. */
  private readonly booked: ExactAmount[] = [];
  private entries = 0;
  /** Every entry that could be read, whatever its status. */
  private readonly movements: ExactAmount[] = [];
  private readonly account: string;
  private readonly currency: string | undefined;
  private readonly opening: Balance | undefined;
  private readonly closing: Balance | undefined;
  private readonly problems: Problem[];

  constructor(readonly node: XmlNode) {
    this.account =
      textAt(node, 'Acct/Id/IBAN', 'Acct/Id/Othr/Id', 'Acct/Id/PrtryAcct/Id', 'Acct/Id/BBAN') ?? '';
    const balances = childrenNamed(node, 'Bal');
    this.currency = textAt(node, 'Acct/Ccy') ?? nodeAt(balances[0], 'Amt')?.attributes.Ccy;
    const { ledger, problems } = readBalances(balances, this.currency);
    const latest = (code: string): Balance | undefined => earliest([...ledger].reverse(), code, -1);
    const [first, last] = [earliest(ledger, 'OPBD') ?? earliest(ledger, 'PRCD'), latest('CLBD')];
    // A page of a statement begins or ends with the balance between; an intraday report has one of another moment.
    const isPage = node.name === 'Stmt' && (first === undefined) !== (last === undefined);
    this.opening = first ?? (isPage ? earliest(ledger, 'ITBD') : undefined);
    this.closing = last ?? (isPage ? latest('ITBD') : undefined);
    this.problems = problems;
  }

  /** A notification may name its currency in its entries alone. */
  *begin(ofFirstEntry: string | undefined): Generator<StatementItem, void, undefined> {
    const currency = this.currency ?? ofFirstEntry;
    if (currency !== undefined) yield this.facts(currency);
    yield* this.problems;
  }

  /** Of a day without entries: it may name no currency, and only say when it was made. */
  *withoutEntries(): Generator<StatementItem, void, undefined> {
    const facts = this.facts(this.currency ?? noCurrency);
    const made = (
      textAt(this.node, 'CreDtTm') ?? textAt(this.node.parent ?? this.node, 'GrpHdr/CreDtTm')
    )?.slice(0, 10);
    yield facts.to === undefined && made !== undefined ? { ...facts, to: made } : facts;
    yield* this.problems;
  }

  private facts(currency: string): StatementFacts {
    const { node, account, opening, closing } = this;
    const facts: StatementFacts = {
      type: 'statement',
      line: node.line,
      account,
      currency,
      ...balanceFacts(opening?.amount, closing?.amount, currency),
    };
    const id = textAt(node, 'Id');
    const from = dayAt(node, 'Fr') ?? opening?.day;
    const to = dayAt(node, 'To') ?? closing?.day;
    if (id !== undefined) facts.id = id;
    if (from !== undefined) facts.from = from;
    if (to !== undefined) facts.to = to;
    return facts;
  }

  *entry(node: XmlNode): Generator<StatementItem, void, undefined> {
    this.entries++;
    yield* readEntry(node, this.account);
    const money = entryMoney(node);
    if (!money) return;
    if (this.opening && money.currency !== this.currency)
      yield problem(
        node.line,
        'entry_currency',
        `an entry in ${money.currency} of an account in ${this.currency ?? ''}`,
        'Amt',
      );
    this.movements.push(money);
    if (!notBooked.has(textAt(node, 'Sts/Cd', 'Sts') ?? '')) this.booked.push(money);
  }

  *end(): Generator<Problem, void, undefined> {
    const { node, booked } = this;
    const stated = textAt(node, 'TxsSummry/TtlNtries/NbOfNtries');
    if (stated !== undefined && Number(stated) !== this.entries)
      yield problem(
        node.line,
        'total_mismatch',
        `the file states ${stated} entries and has ${this.entries}`,
        'NbOfNtries',
      );
    yield* this.checkSide(
      'TtlCdtNtries',
      this.movements.filter(({ minor }) => minor >= 0n),
    );
    yield* this.checkSide(
      'TtlDbtNtries',
      this.movements.filter(({ minor }) => minor < 0n),
    );
    yield* checkBalances(this.opening?.amount, this.closing?.amount, booked, node.line);
  }

  /** The sum that the report states of its credits or debits. */
  private *checkSide(name: string, side: ExactAmount[]): Generator<Problem, void, undefined> {
    const text = textAt(this.node, `TxsSummry/${name}/Sum`);
    const stated = text === undefined ? null : readAmount(text, this.currency ?? '');
    if (!stated) return;
    const { minor, exponent } = totalOf(side);
    const found = { exponent, minor: minor < 0n ? -minor : minor };
    if (isSameAmount(stated, found)) return;
    const message = `${name} states ${text ?? ''}, the entries add up to ${decimalText(found.minor, exponent)}`;
    yield problem(this.node.line, 'total_mismatch', message, name);
  }
}

interface Balance {
  code: string;
  amount: ExactAmount;
  day: string | undefined;
}

/** Balances of the books; what is available, expected or for information only adds up to nothing here. */
const ledgerBalances = new Set(['OPBD', 'PRCD', 'ITBD', 'CLBD']);

function readBalances(
  nodes: XmlNode[],
  currency: string | undefined,
): { ledger: Balance[]; problems: Problem[] } {
  const ledger: Balance[] = [];
  const problems: Problem[] = [];
  for (const node of nodes) {
    const code = textAt(node, 'Tp/CdOrPrtry/Cd', 'Tp/Cd', 'Tp/CdOrPrtry/Prtry', 'Tp/Prtry') ?? '';
    if (!ledgerBalances.has(code)) continue;
    const money = readMoney(nodeAt(node, 'Amt'));
    if (!money) problems.push(problem(node.line, 'bad_balance', `${code} is not an amount`, 'Bal'));
    else if (currency !== undefined && money.currency !== currency) {
      const message = `${code} is in ${money.currency}, the account in ${currency}`;
      problems.push(problem(node.line, 'balance_currency', message, 'Bal'));
    } else {
      const isDebit = textAt(node, 'CdtDbtInd') === 'DBIT';
      const day = textAt(node, 'Dt/Dt', 'Dt/DtTm', 'Dt')?.slice(0, 10);
      ledger.push({ code, amount: isDebit ? { ...money, minor: -money.minor } : money, day });
    }
  }
  return { ledger, problems };
}

/** Of several days in one report, in either order: the first balance of its kind, or with `direction` -1 the last. */
function earliest(balances: Balance[], wanted: string, direction: 1 | -1 = 1): Balance | undefined {
  return balances
    .filter(({ code }) => code === wanted)
    .sort((a, b) => direction * (a.day ?? '').localeCompare(b.day ?? ''))
    .at(0);
}

const dayAt = (node: XmlNode, end: 'Fr' | 'To'): string | undefined =>
  textAt(node, `FrToDt/${end}DtTm`, `FrToDt/${end}Dt`)?.slice(0, 10);
