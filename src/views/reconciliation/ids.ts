/** The action_ids and windows of reconciliation. */
export const reconButtons = {
  breaks: 'recon_breaks',
  breaksFile: 'recon_breaks_file',
  forecast: 'recon_forecast',
  take: 'recon_take',
  takeLargest: 'recon_take_largest',
  release: 'recon_release',
  explain: 'recon_explain',
  reopen: 'recon_reopen',
  signOff: 'recon_sign_off',
  reopenDay: 'recon_reopen_day',
} as const;

export const reconWindows = {
  explain: 'recon_explain_form',
  reopen: 'recon_reopen_form',
  reopenDay: 'recon_reopen_day_form',
} as const;
