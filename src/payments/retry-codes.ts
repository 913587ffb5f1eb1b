/**
 * What the card networks and the provider say about trying a declined card again, one row per code.
 *
 * Invariants: a code is listed once per table; every row has a plain meaning and a source; a code that is not listed has
 * no meaning here and is shown as it came. docs/retries.md shows these tables to people.
 * Deliberately absent: response codes of networks other than Visa. Mastercard advises by its merchant advice codes; for
 * the others the provider's own code decides.
 */
import { dayMs, hourMs } from '../kernel/clock.js';

export type RetryAction =
  /** The issuer never approves this card for this merchant again; another try costs a fee. */
  | 'never'
  /** Not before a span has passed. */
  | 'retry_after'
  | 'retry_later'
  | 'correct_data'
  | 'update_card'
  | 'authenticate'
  | 'ask_issuer';

export interface RetryCode {
  code: string;
  meaning: string;
  /** Null for a code that gives a reason or a fact, and no advice. */
  action: RetryAction | null;
  /** With `retry_after`: how long after the decline. */
  afterMs?: number;
  source: string;
}

type Row = readonly [code: string, meaning: string, action: RetryAction | null, source?: string];

const table = (source: string, rows: readonly Row[]): RetryCode[] =>
  rows.map(([code, meaning, action, own]) => ({ code, meaning, action, source: own ?? source }));

const waits = (source: string, rows: readonly (readonly [string, string, number])[]): RetryCode[] =>
  rows.map(([code, meaning, afterMs]) => ({ code, meaning, action: 'retry_after', afterMs, source }));

const sources = {
  visa: 'https://www.checkout.com/docs/developer-resources/codes/visa-response-codes',
  visaUpdates: 'https://developers.tabapay.com/docs/visa-response-code-updates',
  visaNew: 'https://docs.cielo.com.br/ecommerce-cielo-en/changelog/new-retry-codes-for-visa-5c-e-9g',
  visaDetails:
    'https://support.forte.net/support/solutions/articles/11000097635-visa-decline-response-code-rules-and-integrity-fees',
  mastercard:
    'https://developer.paypal.com/braintree/docs/reference/general/merchant-responses/merchant-advice-codes',
  providerAdvice: 'https://docs.stripe.com/declines/card#retrying-issuer-declines',
  providerCodes: 'https://docs.stripe.com/declines/codes',
} as const;

/** Visa's response codes. Category 1 is `never`, 2 is `retry_later`, 3 is data to be mended, 4 gives no reason. */
const visa: readonly RetryCode[] = [
  ...table(sources.visa, [
    ['04', 'pick up the card', 'never'],
    ['07', 'pick up the card, special conditions', 'never'],
    ['12', 'this kind of payment is invalid for the card', 'never'],
    ['14', 'invalid card number', 'never'],
    ['15', 'no such issuer', 'never'],
    ['41', 'the card is reported lost', 'never'],
    ['43', 'the card is stolen', 'never'],
    ['46', 'the account is closed', 'never'],
    ['57', 'the card may not make this payment', 'never', sources.visaUpdates],
    ['R0', 'the cardholder stopped this payment', 'never', sources.visaUpdates],
    ['R1', 'the cardholder stopped all future payments to this merchant', 'never', sources.visaUpdates],
    ['R3', 'the cardholder stopped recurring payments to all merchants', 'never', sources.visaUpdates],
    ['03', 'the card is not accepted at this merchant', 'retry_later'],
    ['19', 'the payment must be entered again', 'retry_later'],
    ['51', 'insufficient funds', 'retry_later'],
    ['59', 'suspected fraud', 'retry_later'],
    ['61', 'over the amount limit', 'retry_later'],
    ['62', 'the card is restricted', 'retry_later'],
    ['65', 'too many payments', 'retry_later'],
    ['75', 'the PIN was wrong too often', 'retry_later'],
    ['78', 'the card was never unblocked', 'retry_later'],
    ['83', 'blocked by Visa for fraud', 'retry_later', sources.visaUpdates],
    ['86', 'terminal malfunction', 'retry_later', sources.visaDetails],
    ['91', 'the issuer cannot be reached', 'retry_later'],
    ['93', 'the payment cannot be completed', 'retry_later'],
    ['96', 'system malfunction', 'retry_later'],
    ['5C', 'the issuer does not support this payment', 'retry_later', sources.visaNew],
    ['9G', 'the cardholder blocked such payments', 'retry_later', sources.visaNew],
    ['54', 'the card has expired', 'update_card'],
    ['55', 'the PIN is wrong', 'correct_data'],
    ['82', 'the card’s security data is wrong', 'correct_data'],
    ['6P', 'the cardholder’s details do not match', 'correct_data'],
    ['N7', 'the security code (CVV2) is wrong', 'correct_data', sources.visaDetails],
    ['1A', 'authentication required', 'authenticate'],
    ['05', 'declined without a reason', null],
  ]),
];

/** Mastercard's merchant advice codes. */
const mastercard: readonly RetryCode[] = [
  ...table(sources.mastercard, [
    ['01', 'new account details are available', 'update_card'],
    ['02', 'cannot be approved at this time', 'retry_later'],
    ['03', 'do not try again', 'never'],
    ['04', 'the token is not supported', 'correct_data'],
    ['21', 'the cardholder cancelled the agreement', 'never'],
    ['40', 'a non-reloadable prepaid card', null],
    ['41', 'a single-use virtual card number', null],
    ['43', 'a multi-use virtual card number', null],
  ]),
  ...waits(sources.mastercard, [
    ['24', 'retry after 1 hour', hourMs],
    ['25', 'retry after 24 hours', dayMs],
    ['26', 'retry after 2 days', 2 * dayMs],
    ['27', 'retry after 4 days', 4 * dayMs],
    ['28', 'retry after 6 days', 6 * dayMs],
    ['29', 'retry after 8 days', 8 * dayMs],
    ['30', 'retry after 10 days', 10 * dayMs],
  ]),
];

/** The provider's own advice. */
const providerAdvice: readonly RetryCode[] = table(sources.providerAdvice, [
  ['do_not_try_again', 'do not try again', 'never'],
  ['try_again_later', 'try again later', 'retry_later'],
  ['confirm_card_data', 'the card’s details may be wrong', 'correct_data'],
]);

/** The provider's decline codes. */
const declineCodes: readonly RetryCode[] = table(sources.providerCodes, [
  // The provider's names for what Visa never approves again: 41, 43, 04, R1, R3 and R0.
  ['lost_card', 'the card is reported lost', 'never', sources.visa],
  ['stolen_card', 'the card is stolen', 'never', sources.visa],
  ['pickup_card', 'pick up the card', 'never', sources.visa],
  ['revocation_of_authorization', 'the cardholder stopped all future payments', 'never', sources.visa],
  ['revocation_of_all_authorizations', 'the cardholder stopped recurring payments', 'never', sources.visa],
  ['stop_payment_order', 'the cardholder stopped this payment', 'never', sources.visaUpdates],
  ['approve_with_id', 'the payment could not be authorised', 'retry_later'],
  ['issuer_not_available', 'the issuer cannot be reached', 'retry_later'],
  ['processing_error', 'system malfunction', 'retry_later'],
  ['reenter_transaction', 'the payment must be entered again', 'retry_later'],
  ['try_again_later', 'declined without a reason', 'retry_later'],
  ['authentication_required', 'authentication required', 'authenticate'],
  ['expired_card', 'the card has expired', 'update_card'],
  ['new_account_information_available', 'new account details are available', 'update_card'],
  ['incorrect_cvc', 'the security code is wrong', 'correct_data'],
  ['invalid_cvc', 'the security code is wrong', 'correct_data'],
  ['incorrect_number', 'the card number is wrong', 'correct_data'],
  ['invalid_number', 'the card number is wrong', 'correct_data'],
  ['invalid_expiry_month', 'the expiry month is wrong', 'correct_data'],
  ['invalid_expiry_year', 'the expiry year is wrong', 'correct_data'],
  ['incorrect_zip', 'the postcode is wrong', 'correct_data'],
  ['incorrect_pin', 'the PIN is wrong', 'correct_data'],
  ['invalid_pin', 'the PIN is wrong', 'correct_data'],
  ['insufficient_funds', 'insufficient funds', 'ask_issuer'],
  ['call_issuer', 'declined without a reason', 'ask_issuer'],
  ['card_not_supported', 'the card may not make this payment', 'ask_issuer'],
  ['card_velocity_exceeded', 'over a limit on the card', 'ask_issuer'],
  ['currency_not_supported', 'the card does not support this currency', 'ask_issuer'],
  ['do_not_honor', 'declined without a reason', 'ask_issuer'],
  ['fraudulent', 'suspected fraud', 'ask_issuer'],
  ['generic_decline', 'declined without a reason', 'ask_issuer'],
  ['invalid_account', 'the card or its account is invalid', 'ask_issuer'],
  ['not_permitted', 'the payment is not permitted', 'ask_issuer'],
  ['restricted_card', 'the card is restricted', 'ask_issuer'],
  ['security_violation', 'declined without a reason', 'ask_issuer'],
  ['service_not_allowed', 'declined without a reason', 'ask_issuer'],
  ['transaction_not_allowed', 'the card may not make this payment', 'ask_issuer'],
  ['withdrawal_count_limit_exceeded', 'over a limit on the card', 'ask_issuer'],
]);

export const retryCodes = { visa, mastercard, providerAdvice, declineCodes } as const;

export type RetryTable = keyof typeof retryCodes;
