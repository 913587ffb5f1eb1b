/**
 * The company’s banks: where the partners’ payouts arrive, and in which format each bank reports them.
 */
export interface Bank {
  id: string;
  name: string;
  bic: string;
  /** Hours east of UTC of its business day. */
  utcOffsetHours: number;
  /** Hours from the end of a day to its statement. */
  statementLagHours: number;
  statementFormat: 'camt053' | 'mt940' | 'bai2';
}

/** Where the partners' payouts arrive. */
export const banks: readonly Bank[] = [
  {
    id: 'harbour',
    name: 'Harbour Bank',
    bic: 'HRBRIE2DXXX',
    utcOffsetHours: 0,
    statementLagHours: 3,
    statementFormat: 'camt053',
  },
  {
    id: 'rheinbank',
    name: 'Rheinbank',
    bic: 'RHNBDEFFXXX',
    utcOffsetHours: 1,
    statementLagHours: 2,
    statementFormat: 'camt053',
  },
  {
    id: 'first-meridian',
    name: 'First Meridian',
    bic: 'FMRDUS33XXX',
    utcOffsetHours: -5,
    statementLagHours: 4,
    statementFormat: 'bai2',
  },
  {
    id: 'thames',
    name: 'Thames Bank',
    bic: 'THMSGB2LXXX',
    utcOffsetHours: 0,
    statementLagHours: 1,
    statementFormat: 'mt940',
  },
  {
    id: 'minato',
    name: 'Minato Bank',
    bic: 'MNTOJPJTXXX',
    utcOffsetHours: 9,
    statementLagHours: 5,
    statementFormat: 'mt940',
  },
  {
    id: 'boubyan-quay',
    name: 'Boubyan Quay',
    bic: 'BYQYKWKWXXX',
    utcOffsetHours: 3,
    statementLagHours: 6,
    statementFormat: 'mt940',
  },
];
