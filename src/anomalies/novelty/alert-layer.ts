/**
 * One alert for one event: rows that follow from an alert are silent, and a series that alerts often has to show more.
 *
 * Invariant: a row is silenced only by alerts before it. The result is 0 for a silent row, and at least `alertStrength`
 * for a row that alerts.
 */
/** Rows of one event: nine hours of five-minute rows. */
const quietRows = 110;
/** Within an event only this many times its strength is news. */
const muchStronger = 2.5;
/** Rows over which the raised bar comes down: a week of five-minute rows. */
const barRows = 2_016;
/** Much is new in a series that has only begun: its bar is raised as if it had alerted twice. */
const firstBar = 2;
const fade = Math.exp(-1 / barRows);

export class AlertLayer {
  private recentAlerts = firstBar;
  private rowsSince = Infinity;
  private lastStrength = 0;

  /** What a row of this strength is worth: each recent alert raises the bar by as much as the bar was at first. */
  next(strength: number, alertStrength: number): number {
    this.recentAlerts *= fade;
    this.rowsSince++;
    if (this.rowsSince < quietRows && strength <= muchStronger * this.lastStrength) return 0;
    const worth = strength / (1 + this.recentAlerts);
    if (worth >= alertStrength) {
      this.recentAlerts++;
      this.rowsSince = 0;
      this.lastStrength = strength;
    }
    return worth;
  }
}
