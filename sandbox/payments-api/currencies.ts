/**
 * Currencies that the API takes, and its refusal of any other.
 * Source: docs.stripe.com/currencies, presentment currencies. Deliberately absent: which country may use which.
 */
import { invalidParameter } from './errors.js';
import type { Form } from './form.js';
import { textParam } from './params.js';

const currencies = new Set(
  `usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny
  cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod
  jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio
  nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd
  top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw`.split(/\s+/),
);

/** In lower case, as Stripe answers it. Throws Stripe's refusal of a currency that it does not know. */
export function currencyParam(form: Form): string | undefined {
  const given = textParam(form, 'currency')?.toLowerCase();
  if (given !== undefined && !currencies.has(given))
    throw invalidParameter(
      'currency',
      `Invalid currency: ${given}. Stripe currently supports these currencies: ${[...currencies].join(', ')}`,
    );
  return given;
}
