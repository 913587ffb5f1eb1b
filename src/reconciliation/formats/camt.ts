/**
 * ISO 20022 bank reports: camt.052 (intraday), camt.053 (statement) and camt.054 (notification), every version.
 *
 * Invariants: the credit or debit indicator alone gives the sign, so a reversal keeps its own; an entry with several
 * details gives one row per detail when each detail has an amount, and one row otherwise.
 * Source: ISO 20022 message definitions, Bank-to-Customer Cash Management.
 */
import { problem, type Problem } from '../problems.js';
import { balanceFacts, checkBalances } from './balances.js';
import { entryMoney, notBooked, readEntry, readMoney } from './camt-entry.js';
import { decimalText, isSameAmount, readAmount, totalOf, type ExactAmount } from './decimal.js';
import type { StatementFacts, StatementFormat, StatementItem } from './format.js';
import { childrenNamed, nodeAt, readXml, textAt, type XmlNode } from './xml.js';

export const camt: StatementFormat = {
  id: 'camt',
  title: 'ISO 20022 camt.052, camt.053 or camt.054',
  recognises: (head) => /<(?:\w+:)?(?:BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn))\b|camt\.05[234]\./.test(head),
  parse: parseCamt,
};

const reports = new Set(['Stmt', 'Rpt', 'Ntfctn']);

const isEntry = ({ name, parent }: XmlNode): boolean =>
  name === 'Ntry' && parent !== null && reports.has(parent.name);

function* parseCamt(text: string): Generator<StatementItem, void, undefined> {
  let report = null as Report | null;
  for (const item of readXml(text, isEntry, reports)) {
    if (item.type === 'problem') yield item;
    else if (item.type === 'tree' && item.node.parent) {
      if (report?.node !== item.node.parent)
        yield* (report = new Report(item.node.parent)).begin(nodeAt(item.node, 'Amt')?.attributes.Ccy);
      yield* report.entry(item.node);
    } else if (item.type === 'end') {
      if (report?.node !== item.node) yield* (report = new Report(item.node)).begin();
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
  private readonly opening: ExactAmount | undefined;
  private readonly closing: ExactAmount | undefined;

  constructor(readonly node: XmlNode) {
    this.account =
      textAt(node, 'Acct/Id/IBAN', 'Acct/Id/Othr/Id', 'Acct/Id/PrtryAcct/Id', 'Acct/Id/BBAN') ?? '';
    const balances = childrenNamed(node, 'Bal');
    this.currency = textAt(node, 'Acct/Ccy') ?? nodeAt(balances[0], 'Amt')?.attributes.Ccy;
    this.opening = balanceOf(balances, ['OPBD', 'PRCD']);
    this.closing = balanceOf([...balances].reverse(), ['CLBD']);
  }

  /** A notification may name its currency in its entries alone. */
  *begin(ofFirstEntry?: string): Generator<StatementItem, void, undefined> {
    const { node, account, opening, closing } = this;
    const currency = this.currency ?? ofFirstEntry;
    if (currency === undefined) return;
    const facts: StatementFacts = {
      type: 'statement',
      line: node.line,
      account,
      currency,
      ...balanceFacts(opening, closing, currency),
    };
    const id = textAt(node, 'Id');
    const [from, to] = [dayAt(node, 'Fr'), dayAt(node, 'To')];
    if (id !== undefined) facts.id = id;
    if (from !== undefined) facts.from = from;
    if (to !== undefined) facts.to = to;
    yield facts;
  }

  *entry(node: XmlNode): Generator<StatementItem, void, undefined> {
    this.entries++;
    yield* readEntry(node, this.account);
    const money = entryMoney(node);
    if (!money) return;
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
        `${stated} entries are stated, ${this.entries} are there`,
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
    yield* checkBalances(this.opening, this.closing, booked, node.line);
  }

  /** The sum that the report states of its credits or debits. */
  private *checkSide(name: string, side: ExactAmount[]): Generator<Problem, void, undefined> {
    const text = textAt(this.node, `TxsSummry/${name}/Sum`);
    const stated = text === undefined ? null : readAmount(text, this.currency ?? '');
    if (!stated) return;
    const { minor, exponent } = totalOf(side);
    const found = { exponent, minor: minor < 0n ? -minor : minor };
    if (isSameAmount(stated, found)) return;
    const message = `${name} states ${text ?? ''}, the entries come to ${decimalText(found.minor, exponent)}`;
    yield problem(this.node.line, 'total_mismatch', message, name);
  }
}

function balanceOf(balances: XmlNode[], codes: string[]): ExactAmount | undefined {
  const balance = balances.find((each) => codes.includes(textAt(each, 'Tp/CdOrPrtry/Cd') ?? ''));
  const amount = readMoney(nodeAt(balance, 'Amt'));
  if (!amount) return undefined;
  return textAt(balance, 'CdtDbtInd') === 'DBIT' ? { ...amount, minor: -amount.minor } : amount;
}

const dayAt = (node: XmlNode, end: 'Fr' | 'To'): string | undefined =>
  textAt(node, `FrToDt/${end}DtTm`, `FrToDt/${end}Dt`)?.slice(0, 10);
