// Starts the panels' circuit, and brings it back after a loss without asking anybody: a wall display has no one to click.

const RETRY_MS = 1500;
let isTrying = false;

async function reconnect() {
  if (isTrying) return;
  isTrying = true;
  document.documentElement.dataset.panels = 'lost';
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, RETRY_MS));
    try {
      if (await Blazor.reconnect()) break;
      location.reload(); // the server is back but knows this circuit no longer
      return;
    } catch {
      // Not there yet; or this browser is no longer let in, and is led to where one signs in.
      const page = await fetch(location.href, { redirect: 'manual' }).catch(() => null);
      if (page?.type === 'opaqueredirect') {
        location.reload();
        return;
      }
    }
  }
}

Blazor.start({
  circuit: {
    reconnectionHandler: {
      onConnectionDown: reconnect,
      onConnectionUp: () => { isTrying = false; document.documentElement.dataset.panels = 'live'; },
    },
  },
});
