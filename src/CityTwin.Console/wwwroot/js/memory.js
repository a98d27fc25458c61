// What should survive a reload of this tab: where the operator looked.

export function remember(key, value) {
  try { sessionStorage.setItem(`citytwin/${key}`, JSON.stringify(value)); } catch { /* a full or forbidden store costs only the comfort */ }
}

export function remembered(key) {
  try { return JSON.parse(sessionStorage.getItem(`citytwin/${key}`)) ?? undefined; } catch { return undefined; }
}
