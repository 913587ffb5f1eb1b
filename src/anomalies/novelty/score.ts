/**
 * What a strength means: how often ordinary series reach it.
 *
 * Seeded series on which nothing happens (`bench/detect/ordinary.ts`, ten kinds of five-minute rows, eight weeks each after
 * a week of learning) raise `(usualStrength / strength) ^ decline` alerts a week on average. Both numbers are fitted to
 * those series by `npm run bench:detect`; no labelled data is behind them. So a budget of false alerts fixes the strength
 * that raises an alert, and a score says how far a row is above or below it.
 */

/** Ordinary series reach this strength once a week. */
const usualStrength = 0.09;
const decline = 0.7;

/** A row with this score or more raises an alert. */
export const alertScore = 0.5;

/** The strength that ordinary series reach this many times a week. */
export const strengthAt = (alertsPerWeek: number): number => usualStrength * alertsPerWeek ** (-1 / decline);

/** The budget's share of budget and expected false alerts: 0.5 where they are equal, near 1 where chance reaches it rarely. */
export const scoreOf = (strength: number, alertStrength: number): number =>
  strength <= 0 ? 0 : 1 / (1 + (alertStrength / strength) ** decline);
