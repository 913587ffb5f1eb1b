/**
 * ISO 4217 currencies and the number of their minor digits.
 *
 * Invariant: a withdrawn code stays readable, because amounts in it live on in history; new amounts are in active codes.
 * Source: ISO 4217 lists one (active) and three (withdrawn); the digits of withdrawn codes as in the JDK's
 * currency.properties. Two digits is the rule.
 * Deliberately absent: funds codes, precious metals and test codes, which no payment is denominated in.
 */
const zeroDigitCodes = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';

const threeDigitCodes = 'BHD IQD JOD KWD LYD OMR TND';

const twoDigitCodes =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY ' +
  'COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
  'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR ' +
  'MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
  'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG';

/** Withdrawn since 1999, when card payments over the internet began to matter. */
const withdrawnZeroDigitCodes = 'BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL';

const withdrawnTwoDigitCodes =
  'AFA ATS AZM BGL CSD CUC CYP DEM EEK FIM FRF GHC GWP HRK IEP LTL LVL MRO MTL MZM NLG ROL RUR SDD SIT SKK SLL SRG ' +
  'STD TMM VEB VEF YUM ZMK ZWD ZWL ZWN ZWR';

const withExponent = (codes: string, exponent: number): [string, number][] =>
  codes.split(' ').map((code) => [code, exponent]);

const active: ReadonlyMap<string, number> = new Map([
  ...withExponent(zeroDigitCodes, 0),
  ...withExponent(twoDigitCodes, 2),
  ...withExponent(threeDigitCodes, 3),
]);

const exponents: ReadonlyMap<string, number> = new Map([
  ...active,
  ...withExponent(withdrawnZeroDigitCodes, 0),
  ...withExponent(withdrawnTwoDigitCodes, 2),
]);

/** Number of minor digits of an upper-case ISO 4217 code, active or withdrawn; undefined for any other code. */
export function currencyExponent(code: string): number | undefined {
  return exponents.get(code);
}

/** Whether payments are made in it today. */
export function isCurrency(code: string): boolean {
  return active.has(code);
}

/** Every code, withdrawn ones included, for tables and properties. */
export const currencyCodes: readonly string[] = [...exponents.keys()].sort();
