/** What people wrote down for an alert like this one. */
export interface Runbook {
  title: string;
  /** Markdown. */
  text: string;
}

/** The one that fits best: of this partner and metric, of either, or for all. Null where none fits. */
export type RunbookFor = (metric: string, partner: string | null) => Runbook | null;
