/**
 * How our own pages look: one column, the system's own type, light or dark as the reader has it, down to 320 pixels.
 *
 * Invariant: the pages' policy allows this text by its hash, so that no other style can be added.
 */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: #f4f4f2; --card: #fff; --ink: #1c1e21; --soft: #5c6066; --line: #deded9; --plan: #f8f8f6;
  --go: #00694b; --go-ink: #fff; --warn-paper: #fdf3dc; --warn-ink: #6b4500;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141619; --card: #1d2024; --ink: #e8e9ea; --soft: #a5a9ae; --line: #383c42; --plan: #16181b;
    --go: #3ecf9c; --go-ink: #06281d; --warn-paper: #37290c; --warn-ink: #f3d48b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 38rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  overflow-wrap: anywhere;
}
header { margin: 0 .25rem 1rem; color: var(--soft); font-size: .875rem; }
header strong { color: var(--ink); margin-right: .35em; }
main { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
h1 { margin: 0 0 .75rem; font-size: 1.375rem; line-height: 1.3; text-wrap: balance; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
.soft { color: var(--soft); font-size: .875rem; }
.plan {
  margin: 0 0 1rem; padding: .25rem 1rem; list-style: none; background: var(--plan);
  border: 1px solid var(--line); border-radius: .5rem;
}
.plan li { padding: .55rem 0; white-space: pre-wrap; unicode-bidi: isolate; }
.plan li + li { border-top: 1px solid var(--line); }
.warning { padding: .75rem 1rem; border-radius: .5rem; background: var(--warn-paper); color: var(--warn-ink); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.25rem; font-size: .875rem; }
dt { color: var(--soft); }
dd { margin: 0; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1rem; }
button {
  flex: 1 1 11rem; min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
  background: transparent; color: var(--ink); font: inherit; font-weight: 600; cursor: pointer;
}
button.go { background: var(--go); border-color: var(--go); color: var(--go-ink); }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
`;
